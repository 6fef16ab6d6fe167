import { Component, useRef } from "@odoo/owl";

/** Where codes are typed that no scanner reads, and what became of the last one. */
export class DockScan extends Component {
    static template = "sale_return_mgmt.DockScan";
    static props = {
        message: Object,
        placeholder: String,
        scan: Function,
        scanWithCamera: { type: Function, optional: true },
    };

    setup() {
        this.input = useRef("input");
    }

    /** Emptied at once: a scanner types the next code before anything is rendered. */
    submit() {
        const input = this.input.el;
        const code = input.value;
        input.value = "";
        this.props.scan(code);
    }
}
