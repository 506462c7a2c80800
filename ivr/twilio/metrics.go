package twilio

import (
	"github.com/hotline-ivr/hotline/callbacks"
	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what happens at the edge. No label holds anything that a caller typed.
type Metrics struct {
	calls, ended, taken, refused, failures, countBooked, texts, unanswered *prometheus.CounterVec
	unknownNumbers, fallbacks, messages                                    prometheus.Counter
	answers                                                                *prometheus.HistogramVec
}

// NewMetrics registers the counters. It panics if they are registered already, as the library does.
func NewMetrics(registry prometheus.Registerer) *Metrics {
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "hotline", Name: name, Help: help})
		registry.MustRegister(c)
		return c
	}
	vector := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "hotline", Name: name, Help: help}, labels)
		registry.MustRegister(c)
		return c
	}
	m := &Metrics{
		calls: vector("calls_total", "Calls answered.", "line"),
		ended: vector("calls_ended_total", "Calls whose end the provider reported.", "status"),
		taken: vector("calls_taken_total", "Calls that an agent took with a key press.", "line"),
		refused: vector("webhooks_refused_total",
			"Requests refused. The reason says which check failed: method, form, signature, seal, expired, leg "+
				"and so on.",
			"reason"),
		failures: vector("failures_total",
			"Things that could not be done; the caller heard an apology or a way round.", "what"),
		countBooked: vector("callbacks_booked_total", "Callbacks booked by callers.", "line", "kind"),
		texts: vector("text_messages_total",
			"Text messages by every state that they went through; sent is not delivered.", "line", "state"),
		unanswered: vector("urgent_calls_unanswered_total", "How often nobody at the desk took an urgent call.",
			"line"),
		unknownNumbers: counter("unknown_number_calls_total", "Calls to a number that no line answers."),
		fallbacks: counter("fallbacks_total",
			"Requests to the fallback: the provider could not use an answer of ours."),
		messages: counter("messages_total", "Messages recorded."),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "hotline", Name: "webhook_seconds", Help: "Time to answer a webhook.",
			Buckets: []float64{.001, .005, .01, .05, .1, .3, 1, 4, 10, 15},
		}, []string{"route"}),
	}
	registry.MustRegister(m.answers)
	return m
}

// TextMessage counts what became of a text message of a line.
func (m *Metrics) TextMessage(line string, state callbacks.SMSState) {
	m.texts.WithLabelValues(line, string(state)).Inc()
}

func (m *Metrics) booked(booking callbacks.Booking) {
	if !booking.Existing {
		m.countBooked.WithLabelValues(booking.Callback.Line, string(booking.Callback.Kind)).Inc()
	}
}

// statusLabel keeps the provider's word if it is one we know, so that a metric cannot grow without bound.
func statusLabel(status string) string {
	switch status {
	case "queued", "initiated", "ringing", "in-progress", "completed", "busy", "no-answer", "failed", "canceled":
		return status
	}
	return "other"
}
