package simulate

import (
	"strings"
	"testing"
	"time"

	"github.com/hotline-ivr/hotline/ivr/twilio/simulator"
)

// The most typical call of each line: who rings, about what, and what becomes of it.

const (
	tokyo     = "+819012345678"
	guangzhou = "+8613812345678"
	singapore = "+6581234567"
)

// agentDoes puts somebody at a target who presses these keys, one at each question.
func (s *scenario) agentDoes(target string, keys ...string) {
	s.t.Helper()
	for _, desk := range s.line.Desks {
		for _, t := range desk.Targets {
			if t.ID == target {
				s.simulator.Subscribe(t.To(),
					simulator.Party{Name: target, After: 4 * time.Second, Keys: simulator.Script(keys...)})
				return
			}
		}
	}
	s.t.Fatalf("there is no target %s", target)
}

// How to ask for a refund: the line says where, and for who still needs somebody a colleague has all numbers.
func TestPayPayRefund(t *testing.T) {
	s := newScenario(t, "2026-03-03T14:00:00+09:00", onLine("paypay"))
	s.rings(tokyo, "Thank you. Goodbye", hears("For English, press star").press("*"),
		hears("For English, press 3").press("3"), hears("For a refund, press 3").press("3"),
		hears("open the order in the app, choose refund, and give the reason. The shop and PayPay check it, which "+
			"usually takes up to 14 days").press("2"),
		hears("We never ask for your password").press("1#"),
		hears("Please enter the refund application number").press("445566#"),
		hears("You entered 4 4 5, 5 6 6").press("1"), waits)
	s.bridged("caller with abroad-1") // the colleagues who speak English
	heard := heardBy(s.eventsNow(), "abroad-1")
	for _, told := range []string{"PayPay support: a call about a refund, in English",
		"Account: 0 9 0, 1 2 3 4, 5 6 7 8", "Refund application number: 4 4 5, 5 6 6", "Reference: "} {
		if !strings.Contains(heard, told) {
			t.Errorf("the agent is not told %q, but %q", told, heard)
		}
	}
}

func TestPayPayInJapanese(t *testing.T) {
	s := newScenario(t, "2026-03-03T21:00:00+09:00", onLine("paypay"))
	s.rings(tokyo, "お電話ありがとうございました", hears("通常の受付は、みょうにち、水曜日、午前9時からです").press("2"),
		hears("解決しない場合は2を").press("2"), hears("1、シャープ").press("1#"),
		hears("取引番号を入力し").press("123456#"), hears("イチ ニー サン、ヨン ゴー ロクですね").press("1"),
		hears("午前9時から9時30分までは3を").press("2"),
		hears("承りました。みょうにち、水曜日、午前9時から9時30分までの時間帯に、お電話いたします").silence())
	s.settles()
	s.bridged("support-1 with customer")
	s.placedFirst("Wed 09:00")
}

// A top-up failed, and everybody rings at noon: the caller is told how long it can take, and is called back instead.
func TestUpayTopUpAtThePeak(t *testing.T) {
	s := newScenario(t, "2026-03-02T12:00:00+08:00", onLine("upay"))
	s.rings(guangzhou, "Thank you. Goodbye", hears("For English, press 2").press("2"),
		hears("For top-ups, refunds, disputes, press 3").press("3"), hears("For a failed top-up, press 1").press("1"),
		hears("your card or payment account is valid").press("2"), myNumber,
		hears("Many people are calling now. We will try our agents for up to 2 minutes. If nobody is free, we can call you back").press("2"),
		hears("as soon as an agent is free, press 1").press("1"), noNote)
	s.settles()
	s.bridged("support-1 with customer")
	if texts := s.simulator.Messages(); len(texts) != 0 {
		t.Errorf("text messages in mainland China: %v", texts)
	}
	for _, w := range s.simulator.Requests() {
		if strings.HasSuffix(w.Path, "/Calls.json") && w.Method == "POST" && w.Form.Get("Byoc") == "" {
			t.Errorf("an agent in mainland China is rung without the route: %v", w.Form)
		}
	}
}

// A refund was refused, it is Saturday: a time on Monday, confirmed in writing, with a spoken note for the colleague.
func TestOkpayRefusedRefundOnASaturday(t *testing.T) {
	s := newScenario(t, "2026-03-07T15:00:00+08:00", onLine("okpay"))
	s.rings(singapore, "Thank you. Goodbye", hears("For English, press 1").press("1"),
		hears("Agents are back Monday, 9 March, at 9 a.m.").press("3"),
		hears("If a refund is refused, it was usually requested too late").press("2"),
		hears("Please enter your account number").press("88990011#"), right,
		hears("refund application number").press("445566#"), right,
		hears("on your number ending in 4 5 6 7.").press("2"),
		hears("add a spoken note for our agent, press 1").press("1"),
		hears("It helps to say what you bought, the amount, and when you asked for the refund. Please speak after the tone, for "+
			"up to 30 seconds").speak())
	booked := s.did("book")
	if len(booked) != 1 || len(s.did("note")) != 1 {
		t.Fatalf("booked %v, notes %v", booked, s.did("note"))
	}
	s.agentDoes("support-1", "1", "3", "3", "1")
	s.settles()
	texts := s.simulator.Messages()
	want := "OKPAY support: we will call you Mon 9 Mar, 09:00-09:30 Singapore time. Ref " +
		booked[0].Reference + "."
	if len(texts) != 1 || texts[0].To != singapore || texts[0].From != s.line.Numbers[0] || texts[0].Body != want {
		t.Errorf("text messages %+v, want %q", texts, want)
	}
	s.placedFirst("Mon 09:00")
	s.bridged("customer with support-1")
	if played := s.of(simulator.EventPlay); len(played) != 2 || played[0].Role != "support-1" ||
		played[0].Detail != "audio/mpeg" {
		t.Errorf("played %v", played)
	}
	if heard := heardBy(s.eventsNow(), "support-1"); !strings.Contains(heard,
		"There is a spoken note. To be connected, press 1. To hear the note first, press 3") {
		t.Errorf("the agent heard %q", heard)
	}
}

// The account is stolen, it is night: nothing is asked, and nothing is said that could wait.
func TestGopayStolenAtNight(t *testing.T) {
	s := newScenario(t, "2026-11-24T02:00:00+07:00")
	s.rings(home, "Terima kasih telah menghubungi kami", hears("Untuk bahasa Indonesia, tekan 1").press("1"),
		hears("Untuk akun atau ponsel dicuri, tekan 1").press("1"))
	s.bridged("caller with emergency-1")
	if heard := heardBy(s.eventsNow(), RoleCaller); strings.Contains(heard, "referensi") ||
		!strings.Contains(heard, "tim keamanan akun") {
		t.Errorf("heard %q", heard)
	}
	if heard := heardBy(s.eventsNow(), "emergency-1"); !strings.Contains(heard, "Nomor referensi: ") {
		t.Errorf("the agent is told no reference: %q", heard)
	}
}

// The account is locked, on a Saturday on which China works: the line is open by Monday's hours, and says what to have
// ready.
func TestLockedWalletOnAMakeUpDay(t *testing.T) {
	s := newScenario(t, "2026-02-28T10:00:00+08:00", onLine("wallet"))
	s.rings(guangzhou, "谢谢您，再见", hears("中文服务，请按1").press("1"),
		hears("账户和登录，请按2").press("2"), hears("账户被锁定或冻结，请按1").press("1"),
		hears("请准备好身份信息和近期的交易凭证").press("2"), hears("请按1，再按井号键").press("1#"),
		hears("正在为您转接").silence())
	s.bridged("caller with support-1")
	if heard := heardBy(s.eventsNow(), RoleCaller); strings.Contains(heard, "非人工服务时间") ||
		!strings.Contains(heard, "受理编号是") {
		t.Errorf("the line says that it is closed, or tells no reference: %q", heard)
	}
	// The Saturday after is none.
	s = newScenario(t, "2026-03-07T10:00:00+08:00", onLine("wallet"))
	s.rings(guangzhou, "", hears("中文服务").press("1"), hears("3月9日星期一上午九点上班").hangUp())
}

// What the menu lacks reaches an agent all the same.
func TestSomethingElseReachesAnAgent(t *testing.T) {
	for line, c := range map[string]struct {
		from, at string
		language step
		key      string
	}{
		"upay":   {"+8613812345678", "2026-03-04T13:30:00+08:00", hears("For English").press("2"), "3"},
		"paypay": {"anonymous", "2026-03-04T13:30:00+09:00", hears("For English").press("3"), "2"},
	} {
		t.Run(line, func(t *testing.T) {
			s := newScenario(t, c.at, onLine(line))
			s.rings(c.from, "", c.language, hears("For speaking to a supervisor, press 5").press("8"),
				hears("For something else, press "+c.key).press(c.key), hears("registered mobile number").press("*#"),
				hears("We are connecting you now").press("1"))
			if len(s.did("taken")) != 1 {
				t.Errorf("nobody took it\n%s", s.transcript())
			}
		})
	}
}
