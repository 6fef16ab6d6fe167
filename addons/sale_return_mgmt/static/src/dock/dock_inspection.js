import { Component, markup, onWillRender, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useFileUploader } from "@web/core/utils/files";
import { useService } from "@web/core/utils/hooks";
import { uuid } from "@web/core/utils/strings";

/** What waits for inspection, with large buttons: condition, what becomes of it, photos. */
export class DockInspection extends Component {
    static template = "sale_return_mgmt.DockInspection";
    static props = {
        sheet: Object,
        keepFindings: Boolean,
        busy: Boolean,
        inspect: Function,
        acceptAll: Function,
    };

    setup() {
        this.upload = useFileUploader();
        this.notification = useService("notification");
        this.state = useState({ rows: [], uploading: 0 });
        // A new sheet brings new rows.
        onWillRender(() => {
            if (this.sheet !== this.props.sheet.stamp) {
                this.sheet = this.props.sheet.stamp;
                this.key = uuid();
                const before = this.props.keepFindings ? this.state.rows : [];
                this.state.rows = this.props.sheet.waiting.flatMap((row) =>
                    this.makeRows(row, before)
                );
                this.state.rows.forEach((row, index) => (row.key = index));
            }
        });
    }

    /** What was entered for the goods on an older sheet, then what else waits of them. */
    makeRows(goods, before) {
        const rows = [];
        let left = goods.quantity;
        for (const old of before) {
            if (left > 0 && old.line === goods.line && old.lot === goods.lot) {
                // Who entered it for all that waited means all of it.
                const isAll = old.quantity === old.waiting;
                const quantity = isAll ? left : Math.min(old.quantity, left);
                rows.push({ ...old, quantity, waiting: goods.quantity });
                left -= quantity;
            }
        }
        if (left > 0) {
            const waiting = goods.quantity;
            rows.push({ ...goods, quantity: left, waiting, note: "", photos: [], chosen: true });
        }
        return rows;
    }

    get instructions() {
        const texts = new Set(this.state.rows.map((row) => row.instructions).filter(Boolean));
        return [...texts].map((text) => markup(text));
    }

    get canAcceptAll() {
        return this.state.rows.some((row) => !row.discrepancy);
    }

    get canConfirm() {
        return !this.state.uploading && this.state.rows.some((row) => row.chosen && row.quantity > 0);
    }

    setQuantity(row, ev) {
        const quantity = Number(ev.target.value);
        if (quantity > 0 && quantity <= row.waiting) {
            row.quantity = quantity;
        }
        ev.target.value = row.quantity;
    }

    /** Half of it, at least one, goes another way. */
    split(row) {
        const part = Math.max(1, Math.floor(row.quantity / 2));
        row.quantity -= part;
        const index = this.state.rows.indexOf(row);
        this.state.rows.splice(index + 1, 0, {
            ...row,
            key: Math.max(...this.state.rows.map((one) => one.key)) + 1,
            quantity: part,
            note: "",
            photos: [],
        });
    }

    async addFiles(row, ev) {
        const input = ev.target;
        this.state.uploading++;
        try {
            for (const file of input.files) {
                const files = await this.upload("/web/binary/upload_attachment", {
                    csrf_token: odoo.csrf_token,
                    ufile: [file],
                    model: "sale.return.order.inspect.line",
                    id: 0,
                });
                for (const one of files || []) {
                    if (one.error) {
                        this.notification.add(one.error, { type: "danger" });
                    } else {
                        row.photos.push({ id: one.id, name: one.filename });
                    }
                }
            }
        } catch {
            this.notification.add(_t("The file was not stored: try again."), { type: "danger" });
        } finally {
            this.state.uploading--;
            input.value = "";
        }
    }

    dropFile(row, photo) {
        row.photos = row.photos.filter((one) => one !== photo);
    }

    confirm() {
        const findings = this.state.rows
            .filter((row) => row.chosen && row.quantity > 0)
            .map((row) => ({
                line: row.line,
                lot: row.lot,
                quantity: row.quantity,
                condition: row.condition,
                disposition: row.disposition,
                note: row.note,
                attachments: row.photos.map((photo) => photo.id),
            }));
        return this.props.inspect(findings, this.key);
    }
}
