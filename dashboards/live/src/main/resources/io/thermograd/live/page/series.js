// One attempt's insights as columns, in the order of steps.

const PARTS = ["value", "low", "high"];

/** Columns that are no quantities: what the run was doing, and where it was. */
export const REGIME = "$regime";
export const BASIN = "$basin";
export const X = "$x";
export const Y = "$y";

export class Series {
  step = [];
  time = [];
  latest = null;
  #columns = new Map();

  get length() {
    return this.step.length;
  }

  get lastStep() {
    return this.length ? this.step[this.length - 1] : -1;
  }

  /** A column as long as `step`; null where there is no number. */
  column(name, part = "value") {
    return this.#columns.get(`${name}.${part}`) ?? null;
  }

  /** Adds what /insights?format=columns answered. */
  merge(answer) {
    const { step, time } = answer;
    const quantities = { ...answer.quantities, ...columnsOf(answer) };
    if (step.length && step[0] > this.lastStep) {
      const before = this.length;
      // Not push(...step): a long history would overflow the stack.
      for (let i = 0; i < step.length; i++) {
        this.step.push(step[i]);
        this.time.push(time[i]);
      }
      for (const [name, parts] of Object.entries(quantities)) {
        for (const part of PARTS) {
          if (parts[part]) {
            const column = this.#columnOf(name, part, before);
            for (const x of parts[part]) {
              column.push(x);
            }
          }
        }
      }
      for (const column of this.#columns.values()) {
        while (column.length < this.length) {
          column.push(null);
        }
      }
    } else {
      for (let i = 0; i < step.length; i++) {
        this.#put(step[i], time[i], (name, part) => quantities[name]?.[part]?.[i], Object.keys(quantities));
      }
    }
    if (answer.latest && (this.latest === null || answer.latest.step >= this.latest.step)) {
      this.latest = answer.latest;
    }
  }

  /** Adds one insight; the same step again replaces it. */
  add(insight) {
    const q = { ...insight.quantities, ...placeOf(insight) };
    this.#put(insight.step, insight.time, (name, part) => q[name]?.[part], Object.keys(q));
    if (this.latest === null || insight.step >= this.latest.step) {
      this.latest = insight;
    }
  }

  #put(step, time, read, names) {
    let at = this.length;
    while (at > 0 && this.step[at - 1] >= step) {
      at--;
    }
    const known = at < this.length && this.step[at] === step;
    if (!known) {
      this.step.splice(at, 0, step);
      this.time.splice(at, 0, time);
      for (const column of this.#columns.values()) {
        column.splice(at, 0, null);
      }
    } else {
      this.time[at] = time;
      for (const column of this.#columns.values()) {
        column[at] = null;
      }
    }
    for (const name of names) {
      for (const part of PARTS) {
        const x = read(name, part);
        if (x !== null && x !== undefined) {
          this.#columnOf(name, part, this.length)[at] = x;
        }
      }
    }
  }

  #columnOf(name, part, length) {
    const key = `${name}.${part}`;
    let column = this.#columns.get(key);
    if (!column) {
      column = new Array(length).fill(null);
      this.#columns.set(key, column);
    }
    return column;
  }
}

/** Of an answer in columns. */
function columnsOf({ regime, basin }) {
  return {
    ...(regime ? { [REGIME]: { value: regime } } : {}),
    ...(basin ? { [BASIN]: { value: basin.current }, [X]: { value: basin.x }, [Y]: { value: basin.y } } : {}),
  };
}

/** The same of one insight. */
function placeOf({ regime, basin }) {
  return {
    [REGIME]: { value: regime ?? null },
    ...(basin ? { [BASIN]: { value: basin.current }, [X]: { value: basin.position.x }, [Y]: { value: basin.position.y } } : {}),
  };
}
