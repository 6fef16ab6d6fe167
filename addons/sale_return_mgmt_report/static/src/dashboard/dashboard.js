import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { formatFloat, formatMonetary, formatPercentage } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { DashboardChart } from "./dashboard_chart";
import { getMixConfig, getParetoConfig, getTrendConfig } from "./dashboard_charts";

const MODEL = "sale.return.dashboard";

/** What management asks at a glance; each figure opens what it is made of. */
export class ReturnsDashboard extends Component {
    static template = "sale_return_mgmt_report.Dashboard";
    static components = { DashboardChart, Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ data: null });
        this.layout = { controlPanel: {} };
        this.getParetoConfig = getParetoConfig;
        this.getMixConfig = getMixConfig;
        this.getTrendConfig = (items) => getTrendConfig(items, this.data.threshold);
        this.open = this.open.bind(this);
        onWillStart(() => this.load({}));
    }

    get data() {
        return this.state.data;
    }

    async load(options) {
        this.state.data = await this.orm.call(MODEL, "get_dashboard", [options]);
    }

    get filters() {
        const { choices, options } = this.data;
        const all = {
            company: _t("All Companies"),
            warehouse: _t("All Warehouses"),
            team: _t("All Teams"),
            category: _t("All Categories"),
        };
        return Object.keys(all)
            .filter((name) => choices[name].length > 1)
            .map((name) => ({
                name,
                all: all[name],
                choices: choices[name],
                value: options[name] || "",
            }));
    }

    get periods() {
        return [
            { value: "30", name: _t("Last 30 Days") },
            { value: "90", name: _t("Last 90 Days") },
            { value: "365", name: _t("Last 365 Days") },
        ];
    }

    onChoose(name, ev) {
        const value = ev.target.value;
        const chosen = name === "period" ? value : value && Number(value);
        return this.load({ ...this.data.options, [name]: chosen });
    }

    /** Show the records behind a figure. */
    open(figure) {
        const { model, domain, name } = figure.open;
        const kinds = model.endsWith(".report") ? ["list", "pivot", "graph"] : ["list", "form"];
        return this.action.doAction({
            type: "ir.actions.act_window",
            name,
            res_model: model,
            views: kinds.map((kind) => [false, kind]),
            domain,
        });
    }

    print() {
        window.print();
    }

    // What figures look like

    percent(rate) {
        return rate === null ? _t("none sold") : formatPercentage(rate, { digits: [16, 1] });
    }

    money(value) {
        return value === null
            ? _t("not recorded")
            : formatMonetary(value, { currencyId: this.data.currency });
    }

    quantity(value) {
        return formatFloat(value, { digits: [16, 2], trailingZeros: false });
    }

    days(value) {
        return value === null ? "–" : formatFloat(value, { digits: [16, 1] });
    }

    /** How much more or less than before, and in which direction it points. */
    compare(now, before, format) {
        if (now === null || before === null) {
            return { text: _t("nothing to compare with"), icon: "", worse: false };
        }
        const difference = now - before;
        if (Math.abs(difference) < 0.0005) {
            return { text: _t("as before"), icon: "fa-arrow-right", worse: false };
        }
        return {
            text: _t("before: %s", format(before)),
            icon: difference > 0 ? "fa-arrow-up" : "fa-arrow-down",
            worse: difference > 0,
        };
    }

    rateChange(figure) {
        return this.compare(figure.rate, figure.before, (rate) => this.percent(rate));
    }

    get loss() {
        return this.data.costs.find((cost) => cost.key === "amount_loss");
    }

    lossChange() {
        return this.compare(this.loss.value, this.loss.before, (value) => this.money(value));
    }
}

registry.category("actions").add("sale_return_mgmt_report.dashboard", ReturnsDashboard);
