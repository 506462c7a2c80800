// Reads one schedule a line: {"hours": "Mo 09:00-12:00, …", "at": [milliseconds since 1970]}.
// Writes one line each: {"open": "0110…"}, a digit for each instant, or {"error": "…"}.
// The wall clock is that of the environment variable TZ.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';

const OpeningHours = createRequire(import.meta.url)('opening_hours');

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const { hours, at } = JSON.parse(line);
  let answer;
  try {
    const validator = new OpeningHours(hours, null, { locale: 'en' });
    answer = { open: at.map((t) => (validator.getState(new Date(t)) ? '1' : '0')).join('') };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
