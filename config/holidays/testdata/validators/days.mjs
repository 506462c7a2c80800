// Prints what the packages know of each day of some years, as JSON: {"2026-10-01": "holiday", …}.
// node days.mjs cn|jp|us FIRST LAST
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [country, first, last] = process.argv.slice(2);

const validators = {
  // A weekend day that is worked is a make-up day, and a day with a name that is not worked is a holiday.
  cn: () => {
    const days = require("chinese-days");
    return (date) => {
      const { work, name } = days.getDayDetail(date);
      const named = name.includes(",");
      return named ? (work ? "make-up" : "holiday") : "";
    };
  },
  jp: () => {
    const jp = require("@holiday-jp/holiday_jp");
    return (date) => (jp.holidays[date] ? "holiday" : "");
  },
  us: () => {
    const { allForYear } = require("@18f/us-federal-holidays");
    const known = new Set();
    for (let year = Number(first); year <= Number(last) + 1; year++)
      for (const shiftSaturdayHolidays of [false, true])
        for (const { dateString } of allForYear(year, { shiftSaturdayHolidays, shiftSundayHolidays: shiftSaturdayHolidays, utc: true })) {
          const [y, m, d] = dateString.split("-");
          known.add([y, m.padStart(2, "0"), d.padStart(2, "0")].join("-"));
        }
    return (date) => (known.has(date) ? "holiday" : "");
  },
};

const validator = validators[country]();
const out = {};
for (let day = new Date(`${first}-01-01T00:00:00Z`); day.getUTCFullYear() <= Number(last); day.setUTCDate(day.getUTCDate() + 1)) {
  const date = day.toISOString().slice(0, 10);
  const kind = validator(date);
  if (kind) out[date] = kind;
}
console.log(JSON.stringify(out));
