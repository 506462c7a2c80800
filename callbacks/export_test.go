package callbacks

// DrawReference is drawReference for tests.
var DrawReference = drawReference

// NewRefused is a refusal as the provider's REST client makes it, of the few codes that these tests use.
func NewRefused(code int, message string) *RefusedError {
	return &RefusedError{Code: code, Message: message, Ours: code == 21212, Permanent: code == 21211 || code == 21212 ||
		code == 21215}
}
