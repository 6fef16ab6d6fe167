import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";

/** Chooses an entry of the accountant's own menu. */
function openMenu(name) {
    return [
        {
            trigger: "button[data-menu-xmlid='account.menu_finance_receivables']",
            run: "click",
        },
        {
            trigger: `[data-menu-xmlid='sale_return_mgmt.${name}']:contains(/./)`,
            run: "click",
        },
    ];
}

/** Opens the only row of the list that `title` names. */
function openRow(title) {
    return [
        { trigger: `.o_last_breadcrumb_item:contains(${title})` },
        { trigger: ".o_data_row td[name=return_order_id]", run: "click" },
    ];
}

registry.category("web_tour.tours").add("sale_return_accountant", {
    steps: () => [
        // What the receipt of the goods made is a draft here: post it.
        ...openRow("Credit Notes of Returns"),
        { trigger: "button[name=action_post]", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Posted)" },
        // That planned the refund to the customer's account: pay it.
        ...openMenu("sale_return_refund_menu_account"),
        ...openRow("Refunds of Returns"),
        { trigger: ".o_statusbar_buttons button[name=action_post]", run: "click" },
        { trigger: ".o_arrow_button_current:not(:contains(Draft))" },
        // The customer wants to see it.
        ...openMenu("sale_return_proof_menu_account"),
        { trigger: ".o_last_breadcrumb_item:contains(Paid Without Proof)" },
        { trigger: ".o_data_row button[name=action_send_return_proof]", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=attachment_ids]",
            async run() {
                const file = new File(["Paid"], "voucher.txt", { type: "text/plain" });
                await inputFiles(".modal .o_input_file", [file]);
            },
        },
        { trigger: ".modal .o_attachment:contains(voucher.txt)" },
        { trigger: ".modal button[name=action_send]", run: "click" },
        { trigger: ".o_view_nocontent:contains(Every customer has his proof of payment)" },
        // Nothing is left to do: look at the return, and from it at what was paid.
        ...openMenu("sale_return_refund_menu_account"),
        { trigger: ".o_last_breadcrumb_item:contains(Refunds of Returns)" },
        { trigger: ".o_facet_remove", run: "click" },
        ...openRow("Refunds of Returns"),
        { trigger: "button.oe_stat_button[name=action_view_return_order]", run: "click" },
        { trigger: ".o_last_breadcrumb_item:contains(RET/)" },
        { trigger: "a[name=settlement]", run: "click" },
        { trigger: "[name=refund_proof_ids]:contains(voucher.txt)" },
        { trigger: "button.oe_stat_button[name=action_view_refunds]", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Posted)" },
        { trigger: "button.oe_stat_button[name=action_view_return_order]", run: "click" },
        {
            trigger: "button.oe_stat_button[name=action_view_refund_payments]",
            run: "click",
        },
        { trigger: ".o_field_widget[name=return_proof_date]" },
    ],
});
