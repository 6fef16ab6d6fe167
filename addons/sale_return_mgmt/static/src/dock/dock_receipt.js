import { Component } from "@odoo/owl";

/** What is expected and what was counted of it. */
export class DockReceipt extends Component {
    static template = "sale_return_mgmt.DockReceipt";
    static props = { counts: Object, busy: Boolean, count: Function, undo: Function, receive: Function };

    get isUntouched() {
        return !this.props.counts.rows.some((row) => row.counted > 0);
    }

    getState(row) {
        if (!row.expected) {
            return "wrong";
        }
        if (row.counted > row.quantity) {
            return "excess";
        }
        return row.counted === row.quantity ? "full" : "open";
    }

    getLots(row) {
        return Object.keys(row.found).filter((lot) => lot).join(", ");
    }

    getOpenLots(row) {
        return (row.lots || []).filter((lot) => row.tracking === "lot" || !row.found[lot]);
    }

    more(row) {
        this.props.count({ ...row, quantity: 1, lot: false });
    }

    less(row) {
        this.props.counts.set(row, Math.max(0, row.counted - 1));
    }

    addLot(row, lot) {
        this.props.count({ ...row, quantity: 1, lot });
    }

    type(row, ev) {
        const counted = Number(ev.target.value);
        if (Number.isFinite(counted) && counted >= 0 && counted <= 1e9) {
            this.props.counts.set(row, counted);
        }
        ev.target.value = row.counted;
        // The next scan must not be typed in here.
        ev.target.blur();
    }
}
