// The provider's own Node library judges signatures. One request a line on standard input, JSON:
//   {"token", "url", "params": {name: text | [text, …]}, "signature", "settings"}
// token is the auth token, or a shared key's secret, and settings the header that names key and algorithm, empty for a token.
// One verdict a line on standard output:
//   {"accepted": whether its validateRequest takes the signature, "signature": what it would have signed with}
import { createInterface } from "node:readline";
import twilio from "twilio";
import webhooks from "twilio/lib/webhooks/webhooks.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { token, url, params, signature, settings } = JSON.parse(line);
  const algorithm = webhooks.getSignatureAlgorithm(settings);
  const verdict = {
    accepted: twilio.validateRequest(token, signature, url, params, algorithm),
    signature: webhooks.getExpectedTwilioSignature(token, url, params, algorithm),
  };
  process.stdout.write(JSON.stringify(verdict) + "\n");
}
