package callbacks

import "context"

// TextDelivery writes what the provider says of a text message that it has taken. It returns the message's line, and
// whether that was news: a word that comes twice, or late after a final one, changes nothing. [ErrNotFound] for one
// that there is not.
func (s *Service) TextDelivery(ctx context.Context, d Delivery) (line string, changed bool, err error) {
	line, changed, err = s.store.TextDelivery(ctx, d)
	if err != nil || !changed || !d.Final() {
		return line, changed, err
	}
	if d.State == TextDelivered {
		s.log.InfoContext(ctx, "text message delivered", "text", d.TextID, "line", line)
		return line, changed, nil
	}
	s.log.WarnContext(ctx, "a text message did not reach the customer",
		"text", d.TextID, "line", line, "state", d.State, "code", d.Code, "why", d.Remark)
	return line, changed, nil
}

// Texts are the text messages about a promise, oldest first.
func (s *Service) Texts(ctx context.Context, id int64) ([]Text, error) { return s.store.Texts(ctx, id) }
