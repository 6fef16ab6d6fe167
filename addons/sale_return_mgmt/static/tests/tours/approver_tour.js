import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const openRow = (reference) => [
    {
        content: `Open the return ${reference}`,
        trigger: `.o_data_row:contains(${reference}) .o_data_cell[name=name]`,
        run: "click",
    },
    {
        content: "All to decide by is on the first tab",
        trigger: ".o_notebook .nav-link.active:contains(Decision)",
    },
];

const backToList = () => [
    {
        content: "Back to what waits",
        trigger: ".o_back_button, .breadcrumb-item a",
        run: "click",
    },
    { trigger: ".o_list_view" },
];

const press = (name) => ({
    content: `Press ${name}`,
    trigger: `.o_form_view .o_statusbar_buttons button[name=${name}]`,
    run: "click",
});

const explain = (text) => [
    {
        content: "Say why",
        trigger: ".modal div[name=explanation] textarea",
        run: `edit ${text}`,
    },
    {
        content: "Apply",
        trigger: ".modal footer button[name=action_apply]:visible",
        run: "click",
    },
    { trigger: "body:not(:has(.modal))" },
];

const choose = (row) => ({
    content: "Choose the row",
    trigger: `.o_data_row:eq(${row}) .o_list_record_selector input`,
    run: "click",
});

tours.add("sale_return_approver_day_tour", {
    steps: () => [
        {
            content: "What waits for me is the default",
            trigger: ".o_facet_value:contains(Waiting for My Approval)",
        },
        {
            content: "Show the customer's number",
            trigger: ".o_optional_columns_dropdown button",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu span:contains(Customer Reference)",
            run: "click",
        },
        {
            content: "Five wait, the decided one is not there",
            trigger: ".o_list_view:has(.o_data_row:eq(4)):not(:has(.o_data_row:eq(5)))",
        },
        ...openRow("LESS"),
        {
            content: "What is to be credited",
            trigger: ".o_notebook div[name=amount_total]:contains(230.00)",
        },
        {
            content: "What else the customer returned",
            trigger: "div[name=other_return_summary]:contains(5 other returns)",
        },
        {
            content: "A photo in full",
            trigger: ".o_sale_return_photo",
            run: "click",
        },
        {
            trigger: ".o-FileViewer [aria-label=Close]",
            run: "click",
        },
        press("action_approve_with_changes"),
        {
            content: "One of the two is granted",
            trigger: ".modal .o_data_row .o_data_cell[name=quantity]",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row div[name=quantity] input",
            run: "edit 1",
        },
        {
            trigger: ".modal div[name=comment] textarea",
            run: "edit One is worn.",
        },
        {
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        { trigger: ".o_arrow_button_current:contains(Approved)" },
        ...backToList(),
        ...openRow("REJECT"),
        press("action_reject"),
        ...explain("It was worn."),
        { trigger: ".o_arrow_button_current:contains(Rejected)" },
        ...backToList(),
        ...openRow("BACK"),
        press("action_send_back"),
        ...explain("Where is the photo?"),
        { trigger: ".o_arrow_button_current:contains(Draft)" },
        ...backToList(),
        {
            content: "Two are left",
            trigger: ".o_list_view:has(.o_data_row:eq(1)):not(:has(.o_data_row:eq(2)))",
        },
        choose(0),
        choose(1),
        {
            content: "Approve both",
            trigger: ".o_control_panel button[name=action_approve]",
            run: "click",
        },
        {
            content: "Nothing waits",
            trigger: ".o_view_nocontent:contains(Nothing waits for you)",
        },
    ],
});

tours.add("sale_return_approver_cancel_tour", {
    steps: () => [
        {
            content: "The link asks",
            trigger: ".modal:contains(is approved as it was asked for)",
        },
        {
            trigger: ".modal footer button:contains(Cancel)",
            run: "click",
        },
        { trigger: "body:not(:has(.modal)) .o_form_view .o_arrow_button_current:contains(To Approve)" },
    ],
});

tours.add("sale_return_approver_reject_tour", {
    steps: () => [
        {
            content: "The customer will read why",
            trigger: ".modal:contains(The customer reads this reason)",
        },
        ...explain("Too late."),
        { trigger: ".o_form_view .o_arrow_button_current:contains(Rejected)" },
    ],
});

tours.add("sale_return_approver_late_tour", {
    steps: () => [
        {
            content: "Somebody decided meanwhile",
            trigger: ".o_notification:contains(does not wait for you any more)",
        },
        { trigger: "body:not(:has(.modal)) .o_form_view .o_arrow_button_current:contains(Rejected)" },
    ],
});

tours.add("sale_return_approver_approve_tour", {
    steps: () => [
        {
            trigger: ".modal footer button:contains(Approve)",
            run: "click",
        },
        { trigger: ".o_form_view .o_arrow_button_current:contains(Approved)" },
    ],
});
