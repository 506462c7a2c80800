"use strict";

// The page shows what the server says and sends what the visitor does. All of the state is the server's: a new
// connection begins with a snapshot of it.

const $ = (id) => document.getElementById(id);
const view = { lines: [], phones: {}, now: 0, heardAt: 0, jumps: "", busy: false, keysSent: Promise.resolve() };

// --- what the visitor does ---

async function send(path, body) {
  let words = "";
  try {
    const answer = await fetch("/api/" + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      words = (await answer.json()).error;
    }
  } catch {
    words = "The demo does not answer. Is it still running?";
  }
  complain(words);
  return words === "";
}

function complain(words) {
  $("problem").textContent = words;
  $("problem").hidden = words === "";
}

// --- speech, in the language of each sentence ---

const voices = window.speechSynthesis;

function speak(entry) {
  if (!voices || !$("speak").checked || entry.panel !== "caller" || entry.kind !== "say") return;
  const words = new SpeechSynthesisUtterance(entry.text);
  words.lang = entry.lang || "en";
  const known = voices.getVoices();
  const tagOf = (voice) => voice.lang.replace("_", "-").toLowerCase();
  const wanted = words.lang.toLowerCase();
  words.voice = known.find((v) => tagOf(v) === wanted) ??
    known.find((v) => tagOf(v).split("-")[0] === wanted.split("-")[0]) ?? null;
  $("voice").hidden = words.voice !== null;
  $("voice").textContent = words.voice ? "" : `This browser has no voice for ${languageName(words.lang)}.`;
  if (!words.voice) return; // another language's voice would read nonsense
  if (voices.pending) voices.cancel(); // the voice is behind the line
  voices.speak(words);
}

const languageName = (tag) => new Intl.DisplayNames(["en"], { type: "language" }).of(tag.split("-")[0]);

function quiet() {
  if (voices) voices.cancel();
}

function press(phone, key) {
  if (phone === "caller") quiet();
  const keys = phoneCard(phone).querySelector(".keys");
  keys.textContent = (keys.textContent + key).slice(-20);
  view.keysSent = view.keysSent.then(() => send("press", { phone, keys: key })); // one after the other, to keep their order
}

const phoneCard = (phone) => document.querySelector(`[data-phone="${phone}"]`);
const offHook = (phone) => ["up", "talking"].includes(view.phones[phone]?.state);

function makeKeypad() {
  for (const key of "123456789*0#") {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "key";
    button.dataset.key = key;
    button.textContent = key;
    if (key === "*") button.setAttribute("aria-label", "star");
    if (key === "#") button.setAttribute("aria-label", "hash");
    phoneCard("caller").querySelector(".pad").append(button);
  }
}

function listen() {
  for (const phone of ["caller", "agent"]) {
    const card = phoneCard(phone);
    for (const button of card.querySelectorAll(".key")) {
      button.addEventListener("click", () => press(phone, button.dataset.key));
    }
    card.querySelector(".pickup").addEventListener("click", () => send("pickup", { phone }));
    card.querySelector(".hangup").addEventListener("click", () => send("hangup", { phone }));
  }
  document.querySelector(".ring").addEventListener("click", () => {
    phoneCard("caller").querySelector(".keys").textContent = "";
    send("ring", { line: $("line").value, from: $("withheld").checked ? "withheld" : $("from").value.replace(/[\s().-]/g, "") });
  });
  $("speak").addEventListener("change", () => { quiet(); $("voice").hidden = true; });
  $("withheld").addEventListener("change", () => { $("from").disabled = $("withheld").checked; });
  $("line").addEventListener("change", () => { $("from").value = line().example; showClock(); });
  $("agents").addEventListener("change", () => send("agents", { do: $("agents").value }));
  $("skip").addEventListener("click", () => send("skip", {}));
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !/^[0-9*#]$/.test(event.key)) return;
    const phone = event.target.closest('[data-phone="agent"]') ? "agent" : "caller";
    if (offHook(phone)) {
      event.preventDefault();
      press(phone, event.key);
    }
  });
}

async function jump(to) {
  view.busy = true;
  showPhones(view.phones);
  await send("jump", { line: line().id, to });
  view.busy = false;
  showPhones(view.phones);
}

// --- what the page shows ---

const line = () => view.lines.find((l) => l.id === $("line").value) ?? view.lines[0];

function onClock(zone, at, seconds) {
  const parts = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone };
  if (seconds) parts.second = "2-digit";
  return new Intl.DateTimeFormat("en-GB", parts).format(new Date(at));
}

const timeOf = (zone, at) =>
  new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZone: zone }).format(new Date(at));

function setClock(clock) {
  const known = view.lines.length > 0;
  view.lines = clock.lines;
  view.now = Date.parse(clock.now);
  view.heardAt = performance.now();
  if (!known) {
    $("line").replaceChildren(...clock.lines.map((l) => new Option(`${l.id} (${l.languages.join(", ")})`, l.id)));
    $("from").value = line().example;
  }
  showClock();
}

function showClock() {
  const l = line();
  if (!l) return;
  const now = view.now + performance.now() - view.heardAt;
  $("line-number").textContent = `rings ${l.number}`;
  $("clock").textContent = onClock(l.zone, now, true);
  $("clock").dateTime = new Date(now).toISOString();
  for (const zone of document.querySelectorAll(".zone")) zone.textContent = l.zone;
  for (const at of panel("events").querySelectorAll("time")) setTime(at);
  $("hours").textContent = `${l.id} is ${l.hours}`;
  $("hours").dataset.open = l.open;
  const jumps = JSON.stringify(l.jumps);
  if (jumps === view.jumps) return; // rebuilding would take the focus away
  view.jumps = jumps;
  $("jumps").replaceChildren(...l.jumps.map((j) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = j.label;
    button.addEventListener("click", () => jump(j.id));
    return button;
  }));
  showPhones(view.phones);
}

function stateWords(phone) {
  const other = phone.with ?? "";
  switch (phone.state) {
    case "calling": return `Ringing ${other} …`;
    case "ringing": return phone.id === "agent" ? `${other} rings` : `${other} is ringing you`;
    case "up": return phone.id === "agent" ? `${other} listens` : `On the line with ${other}`;
    case "talking": return phone.id === "agent" ? `${other} is connected` : "Connected with a person";
  }
  return "On the hook";
}

function showPhones(phones) {
  view.phones = phones;
  for (const phone of Object.values(phones)) {
    const card = phoneCard(phone.id);
    const state = card.querySelector(".state");
    const words = stateWords(phone);
    if (state.textContent !== words) state.textContent = words;
    if (card.dataset.state !== phone.state && (phone.state === "idle" || phone.state === "ringing")) {
      card.querySelector(".keys").textContent = "";
    }
    if (phone.id === "caller" && phone.state === "idle" && card.dataset.state !== "idle") quiet();
    card.dataset.state = phone.state;
    const keep = card.contains(document.activeElement) ? document.activeElement : null;
    for (const key of card.querySelectorAll(".key")) key.disabled = !offHook(phone.id);
    card.querySelector(".hangup").disabled = phone.state === "idle";
    const pickup = card.querySelector(".pickup");
    pickup.disabled = phone.state !== "ringing";
    const ring = card.querySelector(".ring");
    if (ring) {
      pickup.hidden = phone.state !== "ringing";
      ring.hidden = phone.state === "ringing";
      ring.disabled = phone.state !== "idle" || view.busy;
    }
    if (keep && (keep.disabled || keep.hidden)) { // a button that goes must not take the focus with it
      card.querySelector(".screen").focus(); // and a second press must not be of another button
    }
  }
  const inUse = Object.values(phones).some((phone) => phone.state !== "idle");
  for (const button of $("jumps").children) button.disabled = inUse || view.busy;
}

function showAgents(does) {
  $("agents").value = does;
  $("agent").hidden = does !== "manual" && (view.phones.agent?.state ?? "idle") === "idle";
}

function row(entry) {
  const item = document.createElement("li");
  item.className = entry.kind;
  item.dataset.entry = entry.id;
  const text = document.createElement("span");
  text.textContent = entry.text;
  if (entry.lang) text.lang = entry.lang;
  if (entry.panel !== "events") {
    if (entry.kind === "key") text.textContent = "You press " + entry.text;
    item.append(text);
    return item;
  }
  const at = document.createElement("time");
  at.dateTime = entry.at;
  setTime(at);
  const what = document.createElement("span");
  const who = document.createElement("strong");
  who.textContent = entry.who ?? "";
  const verb = { say: " hears: ", key: " presses " }[entry.kind] ?? " ";
  if (entry.kind === "callback") who.textContent = "";
  what.append(who, who.textContent ? verb : "", text);
  item.append(at, what);
  return item;
}

function setTime(at) {
  const zone = line()?.zone ?? "UTC";
  if (at.dataset.zone === zone) return;
  at.dataset.zone = zone;
  at.textContent = timeOf(zone, at.dateTime);
  at.title = onClock(zone, at.dateTime);
}

// addTo puts an entry in its panel. A panel that its reader has scrolled up stays where it is.
function addTo(log, entry) {
  const known = log.querySelector(`[data-entry="${entry.id}"]`);
  if (known) known.replaceWith(row(entry));
  else log.append(row(entry));
  if (entry.panel === "caller") showLatest(entry);
  while (log.children.length > 400) log.firstElementChild.remove();
  follow(log);
}

// follow keeps a panel at its end, unless its reader has scrolled up.
function follow(log) {
  if (log.dataset.left !== "true") log.scrollTop = log.scrollHeight;
}

function followAll() {
  const resized = new ResizeObserver((changes) => changes.forEach((change) => follow(change.target)));
  for (const log of document.querySelectorAll(".log")) {
    resized.observe(log);
    log.addEventListener("scroll", () => {
      log.dataset.left = log.scrollHeight - log.scrollTop - log.clientHeight > 40;
    });
  }
}

// showLatest repeats the last words on the telephone itself, for screens on which the captions are out of sight.
function showLatest(entry) {
  const latest = phoneCard("caller").querySelector(".latest");
  if (entry?.kind === "key") return;
  latest.textContent = entry?.text ?? "";
  latest.lang = entry?.lang ?? "en";
}

const panel = (name) => document.querySelector(`[data-panel="${name}"]`);

function showEntries(entries) {
  for (const name of ["caller", "agent", "events"]) {
    panel(name).replaceChildren(...entries.filter((e) => e.panel === name).map(row));
    panel(name).scrollTop = panel(name).scrollHeight;
  }
  showLatest(entries.findLast((e) => e.panel === "caller" && e.kind !== "key"));
}

function showCallbacks(callbacks) {
  $("callback-list").replaceChildren(...callbacks.map((p) => {
    const item = document.createElement("li");
    item.className = p.open ? "open" : "ended";
    const span = (name, text) => {
      const s = document.createElement("span");
      s.className = name;
      s.textContent = text;
      return s;
    };
    const due = onClock(p.zone, p.due) + (p.slotEnd ? " to " + timeOf(p.zone, p.slotEnd).slice(0, 5) : "");
    const tries = p.rounds || p.attempts ? `, desk tried ${p.rounds}×, customer rung ${p.attempts}×` : "";
    item.append(span("state", p.state.replace("-", " ")), span("ref", p.reference),
      span("about", `${p.urgent ? "urgent, " : ""}${p.line} ${p.desk} rings ${p.number}, due ${due} (${p.zone})${tries}`));
    return item;
  }));
}

// --- the connection ---

function connect() {
  const stream = new EventSource("/api/events");
  const on = (name, show) => stream.addEventListener(name, (event) => show(JSON.parse(event.data)));
  stream.addEventListener("open", () => { $("connection").textContent = "Connected"; });
  stream.addEventListener("error", () => {
    $("connection").textContent = "Not connected. Is the demo still running? Trying again …";
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
  });
  on("snapshot", (all) => {
    setClock(all.clock);
    $("agents").replaceChildren(...all.behaviours.map((b) => new Option(b.label, b.id)));
    showPhones(all.phones);
    showAgents(all.agents);
    showEntries(all.entries);
    showCallbacks(all.callbacks);
  });
  on("clock", setClock);
  on("phones", (phones) => { showPhones(phones); showAgents($("agents").value); });
  on("agents", showAgents);
  on("entry", (entry) => { addTo(panel(entry.panel), entry); speak(entry); });
  on("callbacks", showCallbacks);
}

makeKeypad();
listen();
followAll();
connect();
setInterval(showClock, 500);
