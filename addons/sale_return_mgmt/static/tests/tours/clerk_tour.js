import { registry } from "@web/core/registry";

/** What a person does when a file is chosen in the dialog of the browser. */
function choosePhoto(selector) {
    const input = document.querySelector(selector);
    const photo = new DataTransfer();
    const pixel = atob(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    );
    const bytes = Uint8Array.from(pixel, (char) => char.charCodeAt(0));
    photo.items.add(new File([bytes], "scratch.png", { type: "image/png" }));
    input.files = photo.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}

const chooseReason = [
    {
        content: "type the reason",
        trigger: ".o_field_widget[name=reason_id] input",
        run: "edit No longer wanted",
    },
    {
        content: "choose it",
        trigger: ".o-autocomplete--dropdown-item:contains('No longer wanted')",
        run: "click",
    },
];

const findGoods = (text) => [
    {
        content: `look for ${text}`,
        trigger: ".o_field_widget[name=goods_sought] input",
        run: `edit ${text}`,
    },
    {
        content: "as a scanner does",
        trigger: ".o_field_widget[name=goods_sought] input",
        run: "press Enter",
    },
];

// From a sales order: what can come back, what cannot, a photo, who asked already.
registry.category("web_tour.tours").add("sale_return_clerk_order_tour", {
    steps: () => [
        {
            content: "return from the sales order",
            trigger: "button[name=action_create_return]",
            run: "click",
        },
        {
            content: "it is filled with what can come back",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains('Lamp')",
        },
        {
            content: "who decides is told in words",
            trigger: "[name=approval_preview]:contains('Needs approval by')",
        },
        {
            content: "and that it is late",
            trigger: ".alert:contains('delivered 41 days before this request')",
        },
        {
            content: "look at what cannot come back",
            trigger: ".o_notebook .nav-link[name=unreturnable]",
            run: "click",
        },
        {
            content: "each with its reason",
            trigger: ".o_data_row:contains('Assembly'):contains('A service: nothing comes back.')",
        },
        {
            content: "back to the lines",
            trigger: ".o_notebook .nav-link[name=lines]",
            run: "click",
        },
        ...chooseReason,
        {
            content: "change the quantity in place",
            trigger: ".o_data_row:contains('Lamp') td[name=quantity]",
            run: "click",
        },
        {
            content: "type it",
            trigger: ".o_selected_row td[name=quantity] input",
            run: "edit 2",
        },
        {
            content: "leave the row",
            trigger: ".o_notebook .nav-link[name=lines]",
            run: "click",
        },
        {
            content: "the amount follows before it is saved",
            trigger: ".o_field_widget[name=amount_total]:contains('207.00')",
        },
        {
            content: "the fee is explained",
            trigger: "[name=amount_explanation]:contains('10 % fee on [LAMP] Lamp')",
        },
        {
            content: "a photo is missing",
            trigger: "[name=attachment_warning]:contains('Add a photo')",
        },
        {
            content: "choose one",
            trigger: ".o_sale_return_files",
            run: () => choosePhoto(".o_sale_return_files input.o_input_file"),
        },
        {
            content: "it is there, and no longer on its way",
            trigger:
                ".o_sale_return_files .o_attachment:not(.o_attachment_uploading):contains('scratch.png')",
        },
        {
            content: "nothing is missing any more",
            trigger: ".o_form_sheet:not(:has([name=attachment_warning]:contains('Add a photo')))",
        },
        {
            content: "follow the warning to the other return of the same goods",
            trigger: "[name=action_view_duplicates]:contains('RET/')",
            run: "click",
        },
        {
            content: "that is the other one",
            trigger: ".o_form_view .o_field_widget[name=customer_reference] input:value(OTHER)",
        },
        {
            content: "and back",
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        {
            content: "this is the new one",
            trigger: ".o_sale_return_files:contains('scratch.png')",
        },
        {
            content: "submit",
            trigger: ".o_statusbar_buttons button[name=action_submit]",
            run: "click",
        },
        {
            content: "it waits for its approver",
            trigger: ".o_arrow_button_current:contains('To Approve')",
        },
    ],
});

// From the app: a serial number names its customer, a product is found among the rest.
registry.category("web_tour.tours").add("sale_return_clerk_app_tour", {
    steps: () => [
        {
            content: "an empty return",
            trigger: ".o_field_widget[name=goods_sought] input",
        },
        ...chooseReason,
        ...findGoods("SN-TOUR-2"),
        {
            content: "the serial number has found its delivery",
            trigger: ".o_data_row:contains('SN-TOUR-2')",
        },
        {
            content: "look through the deliveries of the customer",
            trigger: "button[name=action_add_deliveries]",
            run: "click",
        },
        {
            content: "by a part of the name",
            trigger: ".modal .o_field_widget[name=keywords] input",
            run: "edit cha",
        },
        {
            content: "look",
            trigger: ".modal .o_field_widget[name=keywords] input",
            run: "press Enter",
        },
        {
            content: "what was not meant is gone",
            trigger: ".modal:not(:has(.o_data_row:contains('Lamp'))) .o_data_row:contains('Chair')",
        },
        {
            content: "it was the only one, and is ticked",
            trigger: ".modal .o_data_row:contains('Chair') td[name=is_selected] input:checked",
        },
        {
            content: "add it",
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            content: "both are there",
            trigger: "body:not(:has(.modal)) .o_field_widget[name=line_ids] .o_data_row:contains('Chair')",
        },
        {
            content: "submit",
            trigger: ".o_statusbar_buttons button[name=action_submit]",
            run: "click",
        },
        {
            content: "it waits for its approver",
            trigger: ".o_arrow_button_current:contains('To Approve')",
        },
    ],
});

// A customer with goods and receipt: one form, one button.
registry.category("web_tour.tours").add("sale_return_counter_tour", {
    steps: () => [
        {
            content: "the form of the counter",
            trigger: ".o_statusbar_buttons button.btn-primary[name=action_take_back]",
        },
        ...chooseReason,
        ...findGoods("COUNTER-1"),
        {
            content: "the receipt has filled the form",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains('Lamp')",
        },
        {
            content: "needs nobody",
            trigger: "[name=approval_preview]:contains('Approved by itself')",
        },
        {
            content: "take it back",
            trigger: ".o_statusbar_buttons button[name=action_take_back]",
            run: "click",
        },
        {
            content: "done; where nothing prints PDF the papers are shown",
            trigger: ".o_report_iframe, .o_arrow_button_current:contains('Done')",
        },
    ],
});
