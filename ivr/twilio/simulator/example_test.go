package simulator_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// A product of two documents, called by somebody who presses 1.
func Example() {
	product := http.NewServeMux()
	product.HandleFunc("POST /voice", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprint(w, `<Response><Gather numDigits="1" action="/choice"><Say language="en-US">Press 1.</Say></Gather><Hangup/></Response>`)
	})
	product.HandleFunc("POST /choice", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, `<Response><Say language="en-US">You pressed %s.</Say></Response>`, r.PostFormValue("Digits"))
	})
	server := httptest.NewServer(product)
	defer server.Close()

	start := time.Date(2026, time.March, 2, 2, 0, 0, 0, time.UTC)
	c := simulator.New(simulator.Options{
		Start: start, AccountSID: "AC00000000000000000000000000000000", AuthToken: "secret",
		Observe: func(e simulator.Event) {
			if e.Text+e.Digits != "" {
				fmt.Printf("%5.2f s  %s: %s\n", e.At.Sub(start).Seconds(), e.Event, e.Text+e.Digits)
			}
		},
	})
	defer c.Close()
	c.Number("+622150001000", simulator.Number{VoiceURL: server.URL + "/voice"})
	call := c.Ring("+6281234567890", "+622150001000", simulator.Party{Keys: simulator.Script("1")})
	if err := c.Run(context.Background(), start.Add(time.Minute)); err != nil {
		fmt.Println(err)
	}
	fmt.Println(call.Status(), c.Violations())
	// Output:
	//  0.00 s  say: Press 1.
	//  1.03 s  press: 1
	//  1.03 s  say: You pressed 1.
	// completed []
}
