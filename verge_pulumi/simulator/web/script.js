"use strict";

// Everything shown comes from the dials and is put in as text: a row's name is never read as HTML.

const REFRESH_MS = 2000;
const MOST_ROWS = 200;
const MOST_REQUESTS = 50;

const byId = (id) => document.getElementById(id);
const state = { table: "vms", rows: [], columns: [], faults: [], asked: {}, open: new Set() };

function make(tag, attributes, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

function say(text, bad = false) {
  byId("status").textContent = text;
  byId("status").classList.toggle("bad", bad);
}

async function ask(verb, dial, body) {
  // A page of another origin cannot send this header, so the dials know that it is this page that turns them.
  const options = { method: verb, headers: { "X-Simulator-Page": "1" } };
  if (body !== undefined) options.body = JSON.stringify(body);
  const answer = await fetch(`/_sim/${dial}`, options);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.err);
  return value;
}

// Draw a part only when what it shows has changed: otherwise the keyboard's focus and open details would be lost.
async function show(dial, draw) {
  const value = await ask("GET", dial);
  const text = dial + JSON.stringify(value);
  if (state.asked[draw.name] === text) return;
  state.asked[draw.name] = text;
  draw(value);
}

function drawSystem({ name, release, tables }) {
  document.title = `${name} – VergeOS simulator`;
  byId("system").textContent = `${name} · VergeOS ${release} · ${location.origin}`;
  byId("base").textContent = `${location.origin}/api/v4/`;
  if (!(state.table in tables)) state.table = Object.keys(tables)[0];
  const list = byId("table-names");
  if (!list.children.length) {
    list.append(...Object.keys(tables).sort().map((table) => {
      const button = make("button", { type: "button" }, make("span", {}, table), make("span", {}));
      button.dataset.table = table;
      button.addEventListener("click", () => {
        state.table = table;
        refresh();
      });
      return make("li", {}, button);
    }));
  }
  for (const button of list.querySelectorAll("button")) {
    const count = tables[button.dataset.table];
    button.lastChild.textContent = count;
    button.classList.toggle("empty", count === 0);
  }
}

function drawCounters(counters) {
  const total = (nested) => Object.values(nested).flatMap(Object.values).reduce((sum, count) => sum + count, 0);
  const shown = {
    "requests": total(counters.requests),
    "writes applied": counters.applied,
    "connections": counters.connections,
    "most in flight": counters.most_in_flight,
    "unknown columns sent": total(counters.unknown_columns),
  };
  byId("counters").replaceChildren(...Object.entries(shown).map(([name, count]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, count))));
}

function fill(table, heads, rows, empty) {
  const head = make("tr", {}, ...heads.map((text) => make("th", { scope: "col" }, text)));
  const none = make("tr", {}, make("td", { className: "none", colSpan: heads.length || 1 }, empty));
  table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...(rows.length ? rows : [none])));
}

function written(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

// Unlike scrollIntoView, this leaves the page where it is.
function bringIntoView(element, list) {
  const above = element.getBoundingClientRect().top - list.getBoundingClientRect().top;
  if (above < 0 || above + element.offsetHeight > list.clientHeight) list.scrollTop += above;
}

function drawTable(table) {
  if (table.name !== state.table) return; // another one was chosen meanwhile
  state.rows = table.rows;
  state.columns = table.columns.filter((column) => column.write.includes("U"));
  byId("table-name").textContent = table.name;
  for (const button of document.querySelectorAll("#table-names button")) {
    const chosen = button.dataset.table === table.name;
    button.setAttribute("aria-pressed", chosen);
    if (chosen) bringIntoView(button, byId("table-names"));
  }
  const actions = table.actions.length ? `Actions: ${table.actions.join(", ")}. ` : "";
  byId("table-about").textContent = `${actions}Source: ${table.source}.`;
  const when = { R: "never", C: "on create", CU: "always", U: "on update" };
  fill(byId("columns"), ["column", "type", "writable", "what is known"], table.columns.map((column) =>
    make("tr", {}, ...[column.name, column.type, when[column.write], column.description].map((text) =>
      make("td", {}, text)))), "no columns");
  drawRows();
  drawChange(table.name);
}

function drawRows() {
  const wanted = byId("filter").value.toLowerCase();
  const found = state.rows.filter((row) => !wanted || JSON.stringify(row).toLowerCase().includes(wanted));
  const shown = found.slice(0, MOST_ROWS);
  const used = new Set(["$key", "name", ...shown.flatMap(Object.keys)]);
  const heads = [...used].filter((name) => shown.some((row) => written(row[name]) !== ""));
  fill(byId("rows"), heads, shown.map((row) => make("tr", {}, ...heads.map((name) => {
    const text = written(row[name]);
    return make("td", { title: text }, text);
  }))), state.rows.length ? "no row matches" : "no rows");
  const cut = found.length > shown.length ? `, the first ${shown.length} shown` : "";
  byId("found").textContent = `${found.length} of ${state.rows.length} rows${cut}`;
}

// What was chosen stays chosen while the table is the same.
function choose(select, table, options) {
  const kept = select.dataset.table === table ? select.value : "";
  select.dataset.table = table;
  select.replaceChildren(...options);
  if (options.some((option) => option.value === kept)) select.value = kept;
}

function drawChange(table) {
  choose(byId("change-row"), table, state.rows.map((row) =>
    make("option", { value: row.$key }, `${row.$key} ${written(row.name)}`)));
  choose(byId("change-column"), table, state.columns.map((column) => make("option", { value: column.name }, column.name)));
  const chosen = ["change-row", "change-column"].map((id) => byId(id).value).join(" ");
  if (state.changing === `${table} ${chosen}`) return; // what somebody is writing stays
  state.changing = `${table} ${chosen}`;
  const value = written(state.rows.find((row) => String(row.$key) === byId("change-row").value)?.[byId("change-column").value]);
  byId("change-value").value = /^\*+$/.test(value) ? "" : value;
}

function typed(type, text) {
  if (type === "json") return JSON.parse(text);
  if (type === "text" || type === "any_ref") return text;
  if (type === "bool" && !["true", "false"].includes(text)) throw new Error("The value is true or false.");
  if (type === "bool") return text === "true";
  if (text === "") return null;
  if (!Number.isFinite(Number(text))) throw new Error("The value is a number.");
  return Number(text);
}

// This is no dial: the API is asked, with a login of it that is in the form only, and never sent but to where the page is from.
async function change(table, key, column, value) {
  const [user, secret] = ["login-user", "login-secret"].map((id) => byId(id).value);
  const bytes = String.fromCharCode(...new TextEncoder().encode(`${user}:${secret}`));
  const answer = await fetch(`/api/v4/${table}/${encodeURIComponent(key)}`, {
    method: "PUT",
    headers: { "Authorization": user ? `Basic ${btoa(bytes)}` : `Bearer ${secret}`, "Content-Type": "application/json" },
    body: JSON.stringify({ [column]: value }),
    credentials: "omit", // a browser neither adds a login of its own nor asks for one
  });
  if (!answer.ok) throw new Error((await answer.json()).err);
}

function drawLog(requests) {
  const rows = requests.reverse().map((request) => {
    const time = new Date(request.time * 1000).toISOString().slice(11, 19);
    const path = make("td", {}, request.path + (request.query ? `?${request.query}` : ""));
    if (request.body !== null) {
      const body = make("details", { open: state.open.has(request.n) },
        make("summary", {}, "body"), make("pre", {}, JSON.stringify(request.body, null, 2)));
      body.addEventListener("toggle", () => state.open[body.open ? "add" : "delete"](request.n));
      path.append(body);
    }
    const cells = [request.n, time, request.verb].map((text) => make("td", {}, text));
    const bad = request.status === null || request.status >= 400;
    return make("tr", { className: `${bad ? "bad" : ""} ${request.applied ? "applied" : ""}` }, ...cells, path,
      make("td", {}, request.status ?? "none"), make("td", {}, request.applied ? "yes" : "no"));
  });
  fill(byId("log"), ["#", "UTC", "verb", "path", "status", "applied"], rows, "no requests yet");
}

function drawClock({ mode, now }) {
  byId("clock-now").textContent = `${new Date(now * 1000).toISOString().slice(0, 19)}Z, ${mode} time`;
}

function drawLatency({ ms }) {
  byId("latency-ms").value = ms;
}

function drawTransitions({ seconds }) {
  byId("transition-seconds").value = seconds;
}

function drawFaults(faults) {
  state.faults = faults.map(({ matched, match: { verb, ...match }, ...fault }) =>
    ({ ...fault, match: verb === null ? match : { verb, ...match } }));
  byId("faults").replaceChildren(...faults.map((fault) => {
    const { verb, path, nth, times } = fault.match;
    const which = `${verb ?? "any"} ${path || "path"}, ${times || "every"} time(s) from the ${nth}.`;
    return make("li", {}, `${fault.what} ${fault.when} ${which} Matched so far: ${fault.matched}.`);
  }));
}

function drawHelp(help) {
  byId("help").replaceChildren(...Object.entries(help).flatMap(([dial, meaning]) =>
    [make("dt", {}, dial), make("dd", {}, meaning)]));
  const kinds = help["PUT /_sim/faults"].split("what = ")[1].split("; ");
  byId("fault-what").replaceChildren(...kinds.map((kind) => make("option", { value: kind.split(":")[0] }, kind)));
}

async function refresh() {
  try {
    await show("system", drawSystem);
    await Promise.all([
      show("counters", drawCounters),
      show(`table?name=${encodeURIComponent(state.table)}`, drawTable),
      show(`requests?last=${MOST_REQUESTS}`, drawLog),
      show("clock", drawClock),
      show("latency", drawLatency),
      show("transitions", drawTransitions),
      show("faults", drawFaults),
    ]);
    if (byId("status").classList.contains("bad")) say("");
  } catch (error) {
    say(`The simulator does not answer: ${error.message}`, true);
  }
}

// A button of a form turns a dial; `turn` returns what to ask for and what to say then.
function dial(form, turn) {
  byId(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const [verb, name, body, done] = await turn(event.submitter?.value);
      await ask(verb, name, body);
      await refresh();
      say(done);
    } catch (error) {
      say(error.message, true);
    }
  });
}

const number = (id) => Number(byId(id).value);

dial("reset", (what) => ["POST", "reset", { what }, what === "all" ? "Everything is as at the start." : "The log is empty."]);
dial("clock", (what) => (what === "advance"
  ? ["PUT", "clock", { advance: number("advance") }, `${number("advance")} s have passed.`]
  : ["PUT", "clock", { mode: what }, `The clock shows ${what} time.`]));
dial("latency", () => ["PUT", "latency", { ms: number("latency-ms") }, "The latency is set."]);
dial("transitions", () => ["PUT", "transitions", { seconds: number("transition-seconds") }, "State changes are set."]);
dial("fault", async (what) => {
  if (what === "clear") return ["PUT", "faults", [], "There are no faults."];
  const match = { path: byId("fault-path").value, nth: number("fault-nth"), times: number("fault-times") };
  if (byId("fault-verb").value) match.verb = byId("fault-verb").value;
  const added = { what: byId("fault-what").value, when: byId("fault-when").value, match };
  return ["PUT", "faults", [...state.faults, added], "The fault is set; all faults count from now on."];
});

byId("change").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const [key, name] = ["change-row", "change-column"].map((id) => byId(id).value);
    const column = state.columns.find((each) => each.name === name);
    if (!key || !column) throw new Error("Choose a row and a column.");
    await change(state.table, key, name, typed(column.type, byId("change-value").value));
    await refresh();
    say(`${name} of ${state.table}/${key} is changed.`);
  } catch (error) {
    say(error.message, true);
  }
});
for (const id of ["change-row", "change-column"]) byId(id).addEventListener("change", () => drawChange(state.table));
// Elsewhere a login would cross a network.
byId("changing").hidden = !/^(localhost|127(\.[0-9]+){3}|\[::1\])$/.test(location.hostname);

byId("filter").addEventListener("input", drawRows);
show("", drawHelp).catch(() => {});
refresh();
setInterval(() => byId("live").checked && !document.hidden && refresh(), REFRESH_MS);
