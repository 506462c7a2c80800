package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hotline-ivr/hotline/cmd/hotline/internal/apptest"
	"github.com/hotline-ivr/hotline/config"
)

// A new line is one file, copied and changed in three places, as the README says.
func TestAddALine(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	lines := filepath.Join(dir, "lines")
	data, err := os.ReadFile(filepath.Join(lines, "gopay.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(lines, "gopay-shops.yaml")
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	// Copied and not changed yet, it says what is left to do.
	out, err := run(t, "", "check", dir)
	for _, told := range []string{"lines/gopay-shops.yaml:9: line: is gopay, but the file is named gopay-shops.yaml",
		"a number belongs to one line"} {
		if err == nil || !strings.Contains(out, told) {
			t.Errorf("check does not say %q:\n%s", told, out)
		}
	}
	apptest.Replace(t, file, "line: gopay\n", "line: gopay-shops\n", `"+622150001000"`, `"+622150009000"`,
		`"Layanan Pelanggan GoPay"`, `"Layanan Pelanggan GoPay Usaha"`)
	if out, err = run(t, "", "check", dir); err != nil || !strings.Contains(out, "SUCCESS, 6 lines") {
		t.Fatalf("check: %v\n%s", err, out)
	}
	if out, err = run(t, "", "lines", "--config", dir, "--line", "gopay-shops"); err != nil ||
		!strings.Contains(out, "+622150009000") || strings.Count(out, "\n") != 9 {
		t.Errorf("lines: %v\n%s", err, out)
	}
	out, err = run(t, "", "call", "--config", dir, "--line", "gopay-shops", "--at", openDay, "--press", "2,0")
	if err != nil || !strings.Contains(out, "Untuk bahasa Indonesia") ||
		!strings.Contains(out, "is connected with support-1") {
		t.Errorf("call: %v\n%s", err, out)
	}
	if !strings.Contains(out, "Selamat datang di Layanan Pelanggan GoPay Usaha.") {
		t.Errorf("the line does not say its name:\n%s", out)
	}
	// Its own hours, if it wants them.
	hours, err := os.ReadFile(filepath.Join(dir, "hours", "gopay.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hours", "gopay-shops.yaml"), hours, 0o644); err != nil {
		t.Fatal(err)
	}
	apptest.Replace(t, filepath.Join(dir, "hours", "gopay-shops.yaml"), "line: gopay\n", "line: gopay-shops\n",
		`sat: ["09:00-13:00"]`, `sat: []`)
	apptest.Replace(t, file, "hours: gopay ", "hours: gopay-shops ")
	if out, err = run(t, "", "hours", "--config", dir, "--line", "gopay-shops", "--from", "2026-11-28", "--days",
		"1"); err != nil || !strings.Contains(out, "closed") {
		t.Errorf("hours: %v\n%s", err, out)
	}
}

// A topic, its self-help, its question and a menu around it are edits of files.
func TestANewTopicIsAnEditOfFiles(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.Shipped()); err != nil {
		t.Fatal(err)
	}
	apptest.Replace(t, filepath.Join(dir, "lines", "okpay.yaml"),
		"  - {id: other, topics: [fees, senior]}\n",
		"  - {id: other, topics: [fees, {id: cards, topics: [{id: card-order, desk: support, help: true, ask: "+
			"[account, postcode], note: true}, {id: card-lost, desk: emergency, urgent: true}]}, "+
			"senior]}\nquestions: [{id: postcode, min: 6, max: 6}]\n")
	_, err := run(t, "", "prompts", "--missing", "--config", dir)
	if err == nil || !strings.Contains(err.Error(), "14 sentences missing") { // 7 in each of two languages
		t.Errorf("missing: %v", err)
	}
	for tag, texts := range map[string]string{
		"en": `topic.cards: "cards"
topic.card-order: "ordering a card"
topic.card-lost: "a lost card"
help.card-order: "You can order a card in the app. It takes {refund-days}."
note-about.card-order: "It helps to say the name that the card shall bear."
question.postcode: "Please enter the six digits of your postcode, then hash. Without one, press star, then hash."
answer.postcode: "Postcode: {digits}."
`,
		"zh": `topic.cards: "卡片"
topic.card-order: "申请卡片"
topic.card-lost: "卡片丢失"
help.card-order: "卡片可以在应用里申请，需要{refund-days}。"
note-about.card-order: "请说出卡片上的姓名。"
question.postcode: "请输入六位邮政编码，按井号键结束。没有的话，请按星号键，再按井号键。"
answer.postcode: "邮政编码：{digits}。"
`,
	} {
		file := filepath.Join(dir, "prompts", tag+".yaml")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(data, texts...), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := run(t, "", "prompts", "--missing", "--config", dir); err != nil || out != "Nothing is missing.\n" {
		t.Errorf("missing: %v\n%s", err, out)
	}
	out, err := run(t, "", "call", "--config", dir, "--line", "okpay", "--at", "2026-03-03T14:00:00+08:00", "--from",
		"+6581234567",
		"--press", "1,5,2,1,2,88990011#,1,12345#,123456#,1")
	if err != nil {
		t.Fatal(err)
	}
	for _, heard := range []string{"For cards, press 2", "For ordering a card, press 1",
		"You can order a card in the app. It takes 10 days",
		"six digits of your postcode", "please check the number. It should have 6 digits",
		"caller       is connected with " +
			"support-1", "Postcode: 1 2 3, 4 5 6."} {
		if !strings.Contains(out, heard) {
			t.Errorf("nobody hears %q:\n%s", heard, out)
		}
	}
}
