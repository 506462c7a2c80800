package spoken_test

import (
	"fmt"
	"time"

	"github.com/hotline-ivr/hotline/ivr/spoken"
)

func ExampleDigits() {
	fmt.Println(spoken.Digits("en", "081234567890"))
	fmt.Println(spoken.Digits("zh", "+8613912345678"))
	// Output:
	// 0 8 1 2, 3 4 5 6, 7 8 9 0
	// 加 八 六，幺 三 九 幺，二 三 四 五，六 七 八
}

func ExampleWhen() {
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, time.November, 23, 18, 10, 0, 0, jakarta)
	opening := time.Date(2026, time.November, 24, 9, 0, 0, 0, jakarta)
	for _, tag := range []string{"id", "en", "zh", "ja"} {
		fmt.Println(spoken.When(tag, opening, now, jakarta))
	}
	// Output:
	// besok, hari Selasa, pukul sembilan pagi
	// tomorrow, Tuesday, at 9 a.m.
	// 明天星期二上午九点
	// みょうにち、火曜日、午前9時
}

func ExampleBetween() {
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, time.November, 21, 12, 0, 0, 0, jakarta)
	slot := time.Date(2026, time.November, 23, 10, 0, 0, 0, jakarta)
	fmt.Println(spoken.Between("en", slot, slot.Add(30*time.Minute), time.Time{}, now, jakarta))
	// Output:
	// Monday, 23 November, between 10 and 10:30 a.m.
}

func ExampleBetween_list() {
	jakarta, err := time.LoadLocation("Asia/Jakarta")
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, time.November, 21, 12, 0, 0, 0, jakarta)
	slot := time.Date(2026, time.November, 23, 10, 0, 0, 0, jakarta)
	for _, tag := range []string{"en", "id", "zh", "ja"} {
		fmt.Println(spoken.Between(tag, slot, slot.Add(30*time.Minute), slot, now, jakarta))
	}
	// Output:
	// 10 to 10:30 a.m.
	// pukul sepuluh sampai setengah sebelas pagi
	// 上午十点到十点半
	// 午前10時から10時30分まで
}
