import { Component, useState } from "@odoo/owl";

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
        this.state = useState({ code: "" });
    }

    submit() {
        const { code } = this.state;
        this.state.code = "";
        this.props.scan(code);
    }
}
