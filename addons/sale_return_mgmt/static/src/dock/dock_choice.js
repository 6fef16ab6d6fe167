import { Component } from "@odoo/owl";

/** Large buttons to choose one of several. */
export class DockChoice extends Component {
    static template = "sale_return_mgmt.DockChoice";
    static props = { title: String, options: Array, pick: Function };
}
