package callbacks

import "context"

// SMSDelivered writes what the provider says of an SMS that it has taken. It returns the message's line, and
// whether that was news: a word that comes twice, or late after a final one, changes nothing. [ErrNotFound] for one
// that there is not.
func (s *Service) SMSDelivered(ctx context.Context, d SMSDelivery) (line string, changed bool, err error) {
	line, changed, err = s.store.SMSDelivered(ctx, d)
	if err != nil || !changed || !d.Final() {
		return line, changed, err
	}
	if d.State == SMSReachedCustomer {
		s.log.InfoContext(ctx, "SMS delivered", "text", d.SMSID, "line", line)
		return line, changed, nil
	}
	s.log.WarnContext(ctx, "an SMS did not reach the customer",
		"text", d.SMSID, "line", line, "state", d.State, "code", d.Code, "why", d.Remark)
	return line, changed, nil
}

// SMSOf lists the SMS about a callback, oldest first.
func (s *Service) SMSOf(ctx context.Context, id int64) ([]SMS, error) { return s.store.SMSOf(ctx, id) }
