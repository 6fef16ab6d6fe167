import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const card = (title) => `.o_kanban_record:contains("${title}")`;

function openConfiguration(menu) {
    return [
        {
            content: "open the menu of returns",
            trigger: 'button[data-menu-xmlid="sale_return_mgmt.sale_return_menu"]',
            run: "click",
        },
        {
            content: `choose ${menu}`,
            trigger: `.o-dropdown-item[data-menu-xmlid="sale_return_mgmt.${menu}"]`,
            run: "click",
        },
    ];
}

/** The card's list, a change of a cell in it, and back to cards of which it is green. */
function changeInList({ title, row, cell, text }) {
    return [
        {
            content: `the card ${title} is not green`,
            trigger: `${card(title)} .fa-circle-o`,
        },
        {
            content: `open the list of ${title}`,
            trigger: `${card(title)} [name=action_open_sale_return_step]:contains("Review")`,
            run: "click",
        },
        {
            content: "click into the cell",
            trigger: `.o_data_row:contains("${row}") td[name=${cell}]`,
            run: "click",
        },
        {
            content: "type",
            trigger: `.o_selected_row td[name=${cell}] input`,
            run: `edit ${text}`,
        },
        {
            content: "save the row",
            trigger: ".o_list_button_save:visible",
            run: "click",
        },
        {
            content: "the row is saved",
            trigger: `.o_list_view:not(:has(.o_selected_row)) td[name=${cell}]:contains("${text}")`,
        },
        ...openConfiguration("onboarding_step_menu"),
        {
            content: `the card ${title} is green`,
            trigger: `${card(title)} .fa-check-circle`,
        },
    ];
}

// A manager's first day: from four cards to the settings. Users and returns are made by
// the Python test.
registry.category("web_tour.tours").add("sale_return_manager_tour", {
    url: "/odoo",
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open Sales",
            trigger: '.o_app[data-menu-xmlid="sale.sale_menu_root"]',
            run: "click",
        },
        ...openConfiguration("sale_return_order_menu"),
        {
            content: "the panel above the list leads to what is missing",
            trigger: ".o_sale_return_setup button:contains('Review Policies')",
            run: "click",
        },
        {
            content: "a list of its own, without the panel",
            trigger: "body:not(:has(.o_sale_return_setup)) .o_data_row:contains('30 days')",
        },
        ...openConfiguration("onboarding_step_menu"),
        {
            content: "four cards",
            trigger: ".o_kanban_record:contains('Approval Level'):nth-child(4)",
        },
        {
            content: "everybody has a role",
            trigger: `${card("Roles")} .fa-check-circle`,
        },
        {
            content: "see who holds which",
            trigger: `${card("Roles")} [name=action_open_sale_return_step]:visible`,
            run: "click",
        },
        {
            content: "the clerk is there",
            trigger: ".o_data_row:contains('return_test_clerk')",
        },
        ...openConfiguration("onboarding_step_menu"),
        ...changeInList({
            title: "Reasons",
            row: "No longer wanted",
            cell: "name",
            text: "Changed their mind",
        }),
        ...changeInList({
            title: "Policy",
            row: "30 days from delivery",
            cell: "window_days",
            text: "14",
        }),
        {
            content: "the approval level stays as it is",
            trigger: `${card("Approval Level")} [name=action_keep_sale_return_step]`,
            run: "click",
        },
        {
            content: "the last card is green",
            trigger: `${card("Approval Level")} .fa-check-circle`,
        },
        ...openConfiguration("sale_return_approval_rule_menu"),
        {
            content: "details are a click away",
            trigger: ".o_data_row:contains('Approvers') .o_list_record_open_form_view button",
            run: "click",
        },
        {
            content: "the level's form",
            trigger: ".o_form_view .o_field_widget[name=min_amount]",
        },
        ...openConfiguration("sale_return_role_holder_menu_conflict"),
        {
            content: "who asks and decides is told",
            trigger: ".o_data_row:contains('return_test_both')",
        },
        ...openConfiguration("sale_return_order_menu"),
        {
            content: "nothing is left to set up",
            trigger: "body:not(:has(.o_sale_return_setup)) .o_data_row",
        },
        {
            content: "look at the columns",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "the overdue return is red and says since when",
            trigger: ".o_kanban_record.o_kanban_color_1:contains('Overdue')",
        },
        {
            content: "open it",
            trigger: ".o_kanban_record.o_kanban_color_1 .fs-5",
            run: "click",
        },
        {
            content: "the return",
            trigger: ".o_form_view .o_field_widget[name=partner_id]",
        },
    ],
});

// Whoever may change settings finds those of returns by typing.
registry.category("web_tour.tours").add("sale_return_settings_tour", {
    url: "/odoo/settings",
    steps: () => [
        {
            content: "look for returns",
            trigger: ".o_searchview_input",
            run: "edit Four-Eyes",
        },
        {
            content: "found, with its block",
            trigger: ".o_setting_box:contains('Four-Eyes Principle') input[type=checkbox]",
            run: "click",
        },
        {
            content: "save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "the client is loaded anew",
            trigger: ".o_main_navbar",
        },
    ],
});
