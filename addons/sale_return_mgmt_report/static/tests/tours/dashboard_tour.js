/* global Chart */
import { registry } from "@web/core/registry";

const card = (key) => `.o_sale_return_card[data-key=${key}]`;

/** Click a bar, point or slice of that chart's data: the first, or the last with -1. */
function clickInChart(key, dataset, index = 0) {
    return {
        content: `click into the chart of ${key}`,
        trigger: `${card(key)} canvas`,
        run({ anchor: canvas }) {
            const point = Chart.getChart(canvas).getDatasetMeta(dataset).data.at(index);
            const { x, y } = point.getCenterPoint ? point.getCenterPoint() : point;
            const { left, top } = canvas.getBoundingClientRect();
            const place = { bubbles: true, clientX: left + x, clientY: top + y };
            canvas.dispatchEvent(new MouseEvent("click", place));
        },
    };
}

function comeBack(what) {
    return [
        { content: `the records of ${what} are listed`, trigger: ".o_list_view .o_data_row" },
        {
            content: "back to the dashboard",
            trigger: '.breadcrumb-item:contains("Returns Dashboard"), .o_back_button',
            run: "click",
        },
        { content: "it is there again", trigger: `${card("quantity")} .o_sale_return_figure` },
    ];
}

function openFigure(key) {
    return [
        {
            content: `open what is behind ${key}`,
            trigger: `${card(key)} button:first`,
            run: "click",
        },
        ...comeBack(key),
    ];
}

// What management asks, and the records behind each answer. Sales and returns are made by the
// Python test.
registry.category("web_tour.tours").add("sale_return_dashboard_tour", {
    url: "/odoo/action-sale_return_mgmt_report.sale_return_dashboard_action",
    steps: () => [
        {
            content: "the rate is above the threshold",
            trigger: `${card("quantity")} .o_sale_return_figure.o_sale_return_over:contains("30%")`,
        },
        ...["quantity", "orders", "value", "loss", "to_do", "costs"].flatMap(openFigure),
        ...["products", "customers", "days", "cohorts"].flatMap(openFigure),
        clickInChart("trend", 0, -1),
        ...comeBack("trend"),
        clickInChart("reasons", 1),
        ...comeBack("reasons"),
        clickInChart("dispositions", 0),
        ...comeBack("dispositions"),
        {
            content: "another period",
            trigger: "select[name=period]",
            run: "selectByLabel Last 90 Days",
        },
        {
            content: "it is chosen, and the figures are there",
            trigger: `select[name=period]:has(option[value="90"]:checked)`,
        },
        {
            content: "a category that nothing came back of",
            trigger: "select[name=category]",
            run: "selectByLabel Of this tour",
        },
        {
            content: "nothing is shown, and what to do",
            trigger: '.o_nocontent_help:contains("Nothing was sold or returned")',
        },
    ],
});
