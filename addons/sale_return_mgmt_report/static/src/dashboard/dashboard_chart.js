import { Component, onWillStart, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";

/**
 * A chart of Chart.js. What can be picked in it stands in a list as well, for keyboards and
 * screen readers.
 */
export class DashboardChart extends Component {
    static template = "sale_return_mgmt_report.DashboardChart";
    static props = {
        label: String,
        getConfig: Function,
        // What the bars, points or slices stand for, in their order.
        items: { type: Array, element: Object },
        onPick: Function,
    };

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.render_(),
            () => [this.props.items],
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    render_() {
        this.chart?.destroy();
        const config = this.props.getConfig(this.props.items);
        this.chart = new Chart(this.canvas.el, {
            ...config,
            options: {
                maintainAspectRatio: false,
                animation: false,
                ...config.options,
                onClick: (_event, elements) => {
                    const item = elements.length && this.props.items[elements[0].index];
                    if (item) {
                        this.props.onPick(item);
                    }
                },
                onHover: (event, elements) => {
                    event.native.target.style.cursor = elements.length ? "pointer" : "default";
                },
            },
        });
    }
}
