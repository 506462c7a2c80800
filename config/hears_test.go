package config_test

import (
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/config"
)

func TestHears(t *testing.T) {
	tests := []struct {
		said, words string
		want        bool
	}{
		{"For English, press 2.", "for english press 2", true},
		{"For English, press 2.", "for  English,\npress 2", true},
		{"For English, press 2.", "English press", true},
		{"For English, press 2.", "glish press", false},
		{"For English, press 2.", "For English press 1", false},
		{"From Monday, 9 March, at 8 a.m., you can", "at 8 am", true},
		{"From Monday, 9 March, at 8 a.m., you can", "at 8 A.M.", true},
		{"open until 18:30", "8:30", false},
		{"open until 18:30", "18 30", true},
		{"open until 18:30, then 8:30", "8:30", true}, // the second occurrence is one of whole words
		{"the customer’s number", "customer's", true},
		{"现在是非服务时间，我们将于明天星期四上午九点恢复服务。", "星期四上午九点", true},
		{"现在是 非服务时间", "现在是非服务时间", true},
		{"您的账号是 １２３", "账号是123", true},
		{"ただいま営業時間外です。", "営業時間外", true},
		{"次の営業開始は、18時です", "8時", false},
		{"アカウント", "ｱｶｳﾝﾄ", true},
		{"anything", "…", false},
		{"", "anything", false},
	}
	for _, tt := range tests {
		if got := config.Hears(tt.said, tt.words); got != tt.want {
			t.Errorf("Hears(%q, %q) = %v", tt.said, tt.words, got)
		}
	}
}

// FuzzHears: whatever holds a word is heard when it is said, alone or with more around it.
func FuzzHears(f *testing.F) {
	for _, text := range []string{"For English, press 2.", "8 a.m.", "现在是非服务时间", "ー", "\xff", "a\u0301", "ﬁ", "İ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, words string) {
		holds := config.Hears(words, words)
		for _, said := range []string{"before, " + words, words + ", after", strings.ToUpper(words[:0]) + " " + words} {
			if holds && !config.Hears(said, words) {
				t.Errorf("%q is not heard in %q", words, said)
			}
		}
	})
}
