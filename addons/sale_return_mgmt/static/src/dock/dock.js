import { Component, onWillStart, useState } from "@odoo/owl";
import { useBus, useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { Counts } from "./dock_counts";
import { DockChoice } from "./dock_choice";
import { DockInspection } from "./dock_inspection";
import { DockReceipt } from "./dock_receipt";
import { DockScan } from "./dock_scan";
import { beep } from "./dock_sound";

const MODEL = "sale.return.dock";

/**
 * The dock: scan a slip, count what came, inspect it.
 *
 * Scans are worked off one after the other in the order they came, however fast. Only what the
 * sheet does not know is asked of the server.
 */
export class SaleReturnDock extends Component {
    static template = "sale_return_mgmt.Dock";
    static components = { DockChoice, DockInspection, DockReceipt, DockScan };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({
            sheet: null,
            keepFindings: false,
            transferId: false,
            choice: null,
            busy: false,
            message: { text: "", kind: "info", number: 0 },
        });
        this.counts = useState(new Counts());
        this.hasCamera = isBarcodeScannerSupported();
        this.queue = Promise.resolve();
        useBus(useService("barcode").bus, "barcode_scanned", (ev) => this.scan(ev.detail.barcode));
        onWillStart(async () => {
            const { return_id: returnId, transfer_id: transferId } = this.props.action.params || {};
            if (returnId) {
                await this.open(returnId, transferId);
            }
        });
    }

    get canReceive() {
        return this.counts.rows.some((row) => row.counted > 0);
    }

    get scanPlaceholder() {
        return this.state.sheet
            ? _t("Product, lot or serial number")
            : _t("Scan or type the number of a return");
    }

    get transferTitle() {
        return _t("The goods come with several transfers. Which one is here?");
    }

    /** Within one warehouse all is counted together, whatever transfers it comes with. */
    get mustChooseTransfer() {
        const { sheet, transferId } = this.state;
        const warehouses = new Set(sheet?.transfers.map((transfer) => transfer.warehouse));
        return !transferId && warehouses.size > 1;
    }

    get transferOptions() {
        return this.state.sheet.transfers.map((transfer) => ({
            id: transfer.id,
            title: transfer.warehouse,
            detail: `${transfer.name} · ${transfer.goods}`,
        }));
    }

    // What people are told

    tell(text, kind = "info") {
        // The number lets a screen reader say the same words again.
        this.state.message = { text, kind, number: this.state.message.number + 1 };
        if (kind === "danger" || kind === "warning") {
            beep();
        }
    }

    // Scanning

    scan(code) {
        const value = (code || "").trim();
        if (value) {
            this.queue = this.queue.then(() => this.handle(value)).catch((error) => this.fail(error));
        }
        return this.queue;
    }

    async scanWithCamera() {
        const code = await scanBarcode(this.env).catch(() => "");
        if (code) {
            await this.scan(code);
        }
    }

    async handle(code) {
        if (this.state.choice) {
            this.state.choice = null;
        }
        if (!this.state.sheet) {
            return this.findReturn(code);
        }
        if (this.mustChooseTransfer) {
            return this.tell(this.transferTitle, "danger");
        }
        const known = this.counts.find(code);
        if (known) {
            return this.count(known);
        }
        const found = await this.orm.call(MODEL, "find_product", [code]);
        const expected = found.filter((goods) => this.counts.has(goods.product));
        const fitting = expected.length ? expected : found;
        if (fitting.length === 1) {
            return this.count(fitting[0]);
        }
        if (fitting.length) {
            return this.choose(
                _t("Which product is it?"),
                fitting.map((goods) => ({
                    id: goods.product,
                    title: goods.name,
                    detail: goods.lot || goods.code,
                    goods,
                })),
                (option) => this.count(option.goods)
            );
        }
        return this.openOtherOrComplain(code);
    }

    /** A slip among the goods opens the next return, unless something was counted. */
    async openOtherOrComplain(code) {
        const returns = await this.orm.call(MODEL, "find_return", [code]);
        if (!returns.length) {
            return this.tell(_t("%s is not known. Nothing was counted.", code), "danger");
        }
        if (returns.length === 1 && returns[0].id === this.state.sheet.id) {
            return this.tell(_t("%s is open already.", returns[0].name));
        }
        if (this.canReceive) {
            return this.tell(
                _t("Receive what was counted, or start anew, before you open another return."),
                "danger"
            );
        }
        return this.offer(code, returns);
    }

    async findReturn(code) {
        this.offer(code, await this.orm.call(MODEL, "find_return", [code]));
        if (this.opening) {
            await this.opening;
        }
    }

    offer(code, returns) {
        this.opening = null;
        if (!returns.length) {
            return this.tell(
                _t("No approved return is known by %s. Scan its slip or type its number.", code),
                "danger"
            );
        }
        if (returns.length === 1) {
            this.opening = this.open(returns[0].id);
            return this.opening;
        }
        return this.choose(
            _t("Several returns are known by %s. Which one is it?", code),
            returns.map((one) => ({
                id: one.id,
                title: one.name,
                detail: `${one.partner} · ${one.status}`,
            })),
            (option) => this.open(option.id)
        );
    }

    choose(title, options, pick) {
        this.state.choice = { title, options, pick };
        this.tell(title, "warning");
    }

    async pick(option) {
        const { pick } = this.state.choice;
        this.state.choice = null;
        await pick(option);
    }

    count(goods) {
        const { text, kind } = this.counts.add(goods);
        this.tell(text, kind);
    }

    undo() {
        const row = this.counts.undo();
        this.tell(row ? _t("Taken back: %s", row.name) : _t("There is nothing to take back."));
    }

    // Sheets

    /**
     * @param {Object} sheet
     * @param {Object} [keep] what was entered and is not done yet
     * @param {boolean} [keep.counts]
     * @param {boolean} [keep.findings]
     */
    show(sheet, { counts = false, findings = false } = {}) {
        this.state.sheet = sheet;
        this.state.keepFindings = findings;
        if (!sheet.transfers.some((transfer) => transfer.id === this.state.transferId)) {
            this.state.transferId = false;
        }
        this.counts.start(sheet.expected, counts ? this.counts.rows : []);
    }

    async open(returnId, transferId = false) {
        this.state.transferId = transferId || false;
        this.show(await this.orm.call(MODEL, "open_return", [returnId, transferId || false]));
        const { name, partner } = this.state.sheet;
        this.tell(_t("%(name)s of %(partner)s is open.", { name, partner }));
    }

    leave() {
        this.state.sheet = null;
        this.state.choice = null;
        this.counts.start([]);
        this.tell(_t("Scan the slip of the next return."));
    }

    pickTransfer(option) {
        return this.open(this.state.sheet.id, option.id);
    }

    // Steps

    /**
     * One step at a time; a key of its own lets the server see the same step twice. What it
     * does not do is kept, all of it where somebody else was faster.
     */
    async step(method, args, done, keep) {
        if (this.state.busy) {
            return;
        }
        this.state.busy = true;
        try {
            // What was scanned before the button counts.
            await this.queue;
            const sheet = await this.orm.call(MODEL, method, args());
            this.show(sheet, keep);
            this.tell(done, "success");
        } catch (error) {
            this.fail(error);
            if (error.data?.context?.code === "BUSY") {
                const args = [this.state.sheet.id, this.state.transferId];
                const sheet = await this.orm.call(MODEL, "open_return", args);
                this.show(sheet, { counts: true, findings: true });
            }
        } finally {
            this.state.busy = false;
        }
    }

    fail(error) {
        if (!error.data) {
            this.tell(_t("No connection. Nothing was saved: try again."), "danger");
            return;
        }
        this.tell(error.data.message || error.message, "danger");
    }

    receive() {
        const missing = this.counts.rows.some((row) => row.counted < row.quantity);
        return this.step(
            "receive",
            () => [
                this.state.sheet.id,
                this.counts.key,
                this.state.sheet.stamp,
                this.counts.toReceive(),
                this.state.transferId,
            ],
            missing ? _t("Received. What is missing stays awaited.") : _t("Received."),
            { findings: true }
        );
    }

    inspect(findings, key) {
        return this.step(
            "inspect",
            () => [this.state.sheet.id, key, this.state.sheet.stamp, findings, this.state.transferId],
            _t("Inspected."),
            { counts: true }
        );
    }

    acceptAll() {
        return this.step(
            "accept_all",
            () => [this.state.sheet.id, this.state.transferId],
            _t("Accepted."),
            { counts: true }
        );
    }

    async printLabels() {
        await this.action.doAction(
            await this.orm.call(MODEL, "print_labels", [this.state.sheet.id])
        );
    }
}

registry.category("actions").add("sale_return_dock", SaleReturnDock);
