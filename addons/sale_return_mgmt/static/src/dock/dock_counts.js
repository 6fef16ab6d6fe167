import { _t } from "@web/core/l10n/translation";
import { uuid } from "@web/core/utils/strings";

const round = (quantity) => Math.round(quantity * 1e6) / 1e6;

/** What was counted of one return so far, and what was expected. */
export class Counts {
    rows = [];
    history = [];
    wanted = null;
    key = "";

    /** @param {Object[]} before rows that were counted on an older sheet of the same return */
    start(expected, before = []) {
        this.rows = expected.map((row) => ({ ...row, expected: true, counted: 0, found: {} }));
        this.history = [];
        this.wanted = null;
        this.key = uuid();
        for (const row of before) {
            this.keep(row);
        }
    }

    /** What was counted of goods that are still awaited, or that never were. */
    keep(before) {
        const row = this.get(before.product);
        if (!row) {
            if (!before.expected) {
                this.rows.push(before);
            }
            return;
        }
        for (const [lot, counted] of Object.entries(before.found)) {
            const kept = Math.min(counted, round(row.quantity - row.counted));
            if (kept > 0 && (!lot || row.lots.includes(lot))) {
                this.change(row, lot, kept);
                this.history.push([row.product, lot, kept]);
            }
        }
    }

    get(product) {
        return this.rows.find((row) => row.product === product);
    }

    has(product) {
        return Boolean(this.get(product)?.expected);
    }

    /** Goods of a code that the sheet knows; nothing if the server has to be asked. */
    find(code) {
        for (const row of this.rows) {
            if (row.lots?.includes(code)) {
                return { ...row, quantity: 1, lot: code };
            }
        }
        for (const row of this.rows) {
            if (row.barcodes && code in row.barcodes) {
                return { ...row, quantity: row.barcodes[code], lot: false };
            }
        }
        return null;
    }

    /** @returns {{text: string, kind: string}} what to tell */
    add(goods) {
        let row = this.get(goods.product);
        const isNew = !row;
        if (isNew) {
            row = { ...goods, expected: false, quantity: 0, counted: 0, found: {}, lots: [] };
        }
        let lot = goods.lot || "";
        if (goods.tracking !== "none" && !lot) {
            const open = row.lots.filter((name) => !row.found[name]);
            if (open.length !== 1 || row.lots.length !== 1) {
                this.wanted = goods.name;
                return {
                    text: _t("Scan the lot or serial number of %s.", goods.name),
                    kind: "warning",
                };
            }
            lot = open[0];
        }
        if (goods.tracking === "serial" && row.found[lot]) {
            return { text: _t("%s was counted already.", lot), kind: "danger" };
        }
        if (isNew) {
            this.rows.push(row);
            row = this.get(goods.product);
        }
        this.wanted = null;
        this.change(row, lot, goods.quantity);
        this.history.push([row.product, lot, goods.quantity]);
        return this.describe(row);
    }

    describe(row) {
        const values = { name: row.name, counted: row.counted, quantity: row.quantity };
        if (!row.expected) {
            return {
                text: _t("Wrong product: %s does not belong to this return.", row.name),
                kind: "danger",
            };
        }
        if (row.counted > row.quantity) {
            return {
                text: _t("Too many: %(counted)s of %(quantity)s %(name)s", values),
                kind: "warning",
            };
        }
        return { text: _t("%(counted)s of %(quantity)s %(name)s", values), kind: "success" };
    }

    change(row, lot, quantity) {
        row.counted = round(row.counted + quantity);
        row.found[lot] = round((row.found[lot] || 0) + quantity);
        if (row.found[lot] <= 0) {
            delete row.found[lot];
        }
        if (!row.expected && row.counted <= 0) {
            this.rows.splice(this.rows.indexOf(row), 1);
        }
    }

    undo() {
        const last = this.history.pop();
        if (!last) {
            return null;
        }
        const [product, lot, quantity] = last;
        const row = this.get(product);
        this.change(row, lot, -quantity);
        return row;
    }

    /** Of goods without lots: all of them at once. */
    set(row, counted) {
        const more = round(counted - row.counted);
        if (more && counted >= 0) {
            this.change(row, "", more);
            this.history.push([row.product, "", more]);
        }
    }

    setAll() {
        for (const row of this.rows) {
            if (row.expected && row.tracking === "none" && row.counted < row.quantity) {
                this.set(row, row.quantity);
            }
        }
    }

    toReceive() {
        return this.rows
            .filter((row) => row.counted > 0)
            .map((row) => {
                const lots = Object.entries(row.found)
                    .filter(([lot]) => lot)
                    .map(([name, quantity]) => ({ name, quantity }));
                const line = { product: row.product, quantity: row.counted };
                return lots.length ? { ...line, lots } : line;
            });
    }
}
