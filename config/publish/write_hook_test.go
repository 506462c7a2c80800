package publish

// OnReach has f called before each step of a write. An error fails the step.
func OnReach(f func(step string) error) (restore func()) {
	before := reach
	reach = f
	return func() { reach = before }
}
