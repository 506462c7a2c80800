package problem

import (
	"testing"
)

func TestColumns(t *testing.T) {
	for text, want := range map[string]int{"": 0, "Natal": 5, "国庆节": 6, "元旦 (1月)": 10, "é": 1, "e\u0301": 1,
		"日本の祝日": 10, "ﾊﾝｶｸ": 4, "…": 1, "추석": 4} {
		if got := columns(text); got != want {
			t.Errorf("columns(%q) = %d, want %d", text, got, want)
		}
	}
}
