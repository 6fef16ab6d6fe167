import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** What is left to set up: shown to managers until all of it is done, or it is closed. */
export class SetupPanel extends Component {
    static template = "sale_return_mgmt.SetupPanel";
    static props = {};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({ steps: [] });
        onWillStart(async () => {
            if (await user.hasGroup("sale_return_mgmt.group_sale_return_manager")) {
                await this.load();
            }
        });
    }

    async load() {
        this.state.steps = await this.orm.call("onboarding.onboarding", "get_sale_return_panel");
    }

    async open(step) {
        const method = "action_open_sale_return_step";
        this.action.doAction(await this.callStep(step, method));
    }

    async keep(step) {
        await this.callStep(step, "action_keep_sale_return_step");
        await this.load();
    }

    async close() {
        await this.orm.call("onboarding.onboarding", "action_close_sale_return_panel");
        this.state.steps = [];
    }

    callStep(step, method) {
        return this.orm.call("onboarding.onboarding.step", method, [[step.id]]);
    }
}

export class SetupListRenderer extends ListRenderer {
    static template = "sale_return_mgmt.SetupListRenderer";
    static components = { ...ListRenderer.components, SetupPanel };
}

registry.category("views").add("sale_return_setup_list", {
    ...listView,
    Renderer: SetupListRenderer,
});
