// The server's JSON and its event stream.

const HIDDEN_CLOSE_MS = 300_000; // a forgotten tab should not hold one of a browser's six connections
const SILENCE_MS = 25_000; // the server says something at least every 10 s
const REOPEN_MS = 2_000;

export async function get(path) {
  const response = await fetch(path, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    const body = await response.json().catch(() => ({}));
    const error = new Error(body.error ?? `${path}: HTTP ${response.status}`);
    error.status = response.status;
    throw error;
  }
  return response.json();
}

export function runPath(runId, rest = "") {
  return `/api/runs/${encodeURIComponent(runId)}${rest}`;
}

/**
 * One event stream that comes back by itself. `on.connected` is called after every (re)connect:
 * whoever listens then reads what was missed; `on.state("live" | "reconnecting")` tells the badge.
 */
export class Stream {
  #path;
  #on;
  #source = null;
  #watchdog = 0;
  #reopen = 0;
  #hidden = 0;
  #closed = false;
  #visibility = () => this.#visible();

  constructor(runId, on) {
    this.#path = runId === null ? "/api/stream" : `/api/stream?run=${encodeURIComponent(runId)}`;
    this.#on = on;
    document.addEventListener("visibilitychange", this.#visibility);
    this.#open();
  }

  close() {
    this.#closed = true;
    document.removeEventListener("visibilitychange", this.#visibility);
    this.#drop();
  }

  #open() {
    this.#drop();
    if (this.#closed) {
      return;
    }
    const source = new EventSource(this.#path);
    this.#source = source;
    const listen = (name, handle) =>
      source.addEventListener(name, (event) => {
        this.#heard();
        handle?.(JSON.parse(event.data));
      });
    listen("hello", (status) => {
      this.#on.state("live");
      this.#on.connected(status);
    });
    listen("reload", (status) => this.#on.connected(status));
    listen("heartbeat", null);
    for (const name of ["insight", "alert", "run"]) {
      listen(name, this.#on[name]);
    }
    source.onerror = () => {
      this.#on.state("reconnecting");
      if (source.readyState === EventSource.CLOSED) {
        this.#later();
      }
    };
    this.#heard();
  }

  #heard() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#on.state("reconnecting");
      this.#open();
    }, SILENCE_MS);
  }

  #later() {
    clearTimeout(this.#reopen);
    this.#reopen = setTimeout(() => this.#open(), REOPEN_MS);
  }

  #drop() {
    clearTimeout(this.#watchdog);
    clearTimeout(this.#reopen);
    clearTimeout(this.#hidden);
    this.#source?.close();
    this.#source = null;
  }

  #visible() {
    clearTimeout(this.#hidden);
    if (document.hidden) {
      this.#hidden = setTimeout(() => this.#drop(), HIDDEN_CLOSE_MS);
    } else if (this.#source === null) {
      this.#open();
    }
  }
}
