import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const MODEL = "sale.return.order";

/** A mail may be of another company than the one worked in. */
async function activateCompany(id) {
    const isKnown = user.allowedCompanies.some((company) => company.id === id);
    const active = user.activeCompanies.map((company) => company.id);
    if (isKnown && !active.includes(id)) {
        await user.activateCompanies([...active, id], {
            includeChildCompanies: false,
            reload: false,
        });
    }
}

function openForm(env, resId) {
    return env.services.action.doAction(
        {
            type: "ir.actions.act_window",
            name: _t("Returns"),
            res_model: MODEL,
            res_id: resId,
            views: [[false, "form"]],
        },
        { clearBreadcrumbs: true }
    );
}

function askToApprove(env, order) {
    env.services.dialog.add(ConfirmationDialog, {
        title: _t("Approve %s", order.name),
        body: _t("The return of %s is approved as it was asked for.", order.partner_id[1]),
        confirmLabel: _t("Approve"),
        confirm: async () => {
            await env.services.orm.call(MODEL, "action_approve", [[order.id]]);
            await openForm(env, order.id);
        },
        cancel: () => {},
    });
}

async function askToReject(env, order) {
    const action = await env.services.orm.call(MODEL, "action_reject", [[order.id]]);
    // A button's call names the views, a plain call does not.
    await env.services.action.doAction(
        { ...action, views: [[false, "form"]] },
        { onClose: () => openForm(env, order.id) }
    );
}

/**
 * What the links in mails to approvers lead to. They open the return and ask: only a
 * person's click decides, no scanner that follows the link.
 *
 * @param {Function} [ask] what to ask, where it is the user's turn
 */
function answerMail(ask) {
    return async (env, action) => {
        const { resId, company } = action.params;
        await activateCompany(company);
        await openForm(env, resId);
        if (!ask) {
            return;
        }
        const [order] = await env.services.orm.read(
            MODEL,
            [resId],
            ["name", "partner_id", "can_approve"]
        );
        if (order.can_approve) {
            await ask(env, order);
        } else {
            env.services.notification.add(
                _t("%s does not wait for you any more: see what was decided.", order.name),
                { type: "info" }
            );
        }
    };
}

registry
    .category("actions")
    .add("sale_return_approve", answerMail(askToApprove))
    .add("sale_return_reject", answerMail(askToReject))
    .add("sale_return_open", answerMail());
