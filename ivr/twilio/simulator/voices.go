package simulator

import (
	"regexp"
	"strings"
)

// googleVoice has the locale in its name.
var googleVoice = regexp.MustCompile(`^Google\.([a-z]{2,3}-[A-Z]{2})-`)

// voiceLocale is the locale that a voice speaks, "" when that is not known.
func voiceLocale(voice string) string {
	if m := googleVoice.FindStringSubmatch(voice); m != nil {
		return m[1]
	}
	name, ok := strings.CutPrefix(voice, "Polly.")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, "-")
	return pollyLocales[name]
}

// sameLocale compares two locales, of which Chinese ones and Arabic have two names each.
func sameLocale(a, b string) bool { return canonicalLocale(a) == canonicalLocale(b) }

func canonicalLocale(l string) string {
	switch l {
	case "zh-CN":
		return "cmn-CN"
	case "zh-TW":
		return "cmn-TW"
	case "zh-HK":
		return "yue-HK"
	case "arb", "ar-AE":
		return "ar-XA"
	}
	return l
}

// pollyLocales are the locales of the Polly voices; the name is the same for the standard, neural and generative kind.
// Aditi and Kajal speak two languages and are left out.
// Source: the voice tables of the provider's and of Amazon Polly's documentation.
var pollyLocales = map[string]string{
	"Zeina": "arb", "Hala": "ar-AE", "Zayd": "ar-AE", "Arlet": "ca-ES", "Zhiyu": "cmn-CN", "Hiujin": "yue-HK",
	"Naja": "da-DK", "Mads": "da-DK", "Sofie": "da-DK", "Laura": "nl-NL", "Lotte": "nl-NL", "Ruben": "nl-NL",
	"Lisa":   "nl-BE",
	"Nicole": "en-AU", "Olivia": "en-AU", "Russell": "en-AU",
	"Amy": "en-GB", "Emma": "en-GB", "Brian": "en-GB", "Arthur": "en-GB", "Geraint": "en-GB-WLS",
	"Raveena": "en-IN", "Niamh": "en-IE", "Aria": "en-NZ", "Ayanda": "en-ZA",
	"Danielle": "en-US", "Gregory": "en-US", "Ivy": "en-US", "Joanna": "en-US", "Kendra": "en-US", "Kimberly": "en-US",
	"Salli": "en-US", "Joey": "en-US", "Justin": "en-US", "Kevin": "en-US", "Matthew": "en-US", "Ruth": "en-US",
	"Stephen": "en-US",
	"Suvi":    "fi-FI", "Celine": "fr-FR", "Lea": "fr-FR", "Mathieu": "fr-FR", "Remi": "fr-FR", "Rémi": "fr-FR",
	"Isabelle": "fr-BE", "Chantal": "fr-CA", "Gabrielle": "fr-CA", "Liam": "fr-CA",
	"Marlene": "de-DE", "Vicki": "de-DE", "Hans": "de-DE", "Daniel": "de-DE", "Hannah": "de-AT",
	"Dora": "is-IS", "Karl": "is-IS", "Carla": "it-IT", "Bianca": "it-IT", "Giorgio": "it-IT", "Adriano": "it-IT",
	"Mizuki": "ja-JP", "Takumi": "ja-JP", "Kazuha": "ja-JP", "Tomoko": "ja-JP", "Seoyeon": "ko-KR",
	"Liv": "nb-NO", "Ida": "nb-NO", "Ewa": "pl-PL", "Maja": "pl-PL", "Jacek": "pl-PL", "Jan": "pl-PL", "Ola": "pl-PL",
	"Camila": "pt-BR", "Vitoria": "pt-BR", "Ricardo": "pt-BR", "Thiago": "pt-BR", "Ines": "pt-PT", "Cristiano": "pt-PT",
	"Carmen": "ro-RO", "Tatyana": "ru-RU", "Maxim": "ru-RU",
	"Conchita": "es-ES", "Lucia": "es-ES", "Enrique": "es-ES", "Sergio": "es-ES", "Mia": "es-MX", "Mía": "es-MX",
	"Andres": "es-MX",
	"Lupe":   "es-US", "Penelope": "es-US", "Miguel": "es-US", "Pedro": "es-US",
	"Astrid": "sv-SE", "Elin": "sv-SE", "Filiz": "tr-TR", "Burcu": "tr-TR", "Gwyneth": "cy-GB",
}
