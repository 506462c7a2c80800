package spoken

import "testing"

func TestIndonesianNumber(t *testing.T) {
	for n, want := range map[int]string{
		0: "nol", 1: "satu", 10: "sepuluh", 11: "sebelas", 12: "dua belas", 19: "sembilan belas",
		20: "dua puluh", 21: "dua puluh satu", 59: "lima puluh sembilan", 99: "sembilan puluh sembilan",
		100: "seratus", 101: "seratus satu", 111: "seratus sebelas", 200: "dua ratus",
		999:  "sembilan ratus sembilan puluh sembilan",
		1000: "seribu", 1001: "seribu satu", 1998: "seribu sembilan ratus sembilan puluh delapan",
		2000: "dua ribu", 2026: "dua ribu dua puluh enam", 9999: "sembilan ribu sembilan ratus sembilan puluh sembilan",
	} {
		if got := (indonesian{}).number(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}
