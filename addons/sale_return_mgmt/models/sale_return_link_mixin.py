from odoo import api, models


class SaleReturnLinkMixin(models.AbstractModel):
    """Our links on Odoo's documents: readable by all, set by our steps only.

    Odoo's own copies (backorder splits, reversals) run as the user and must keep the
    link, so ``create`` takes it from users where the record it was copied from has it.
    """

    _name = "sale.return.link.mixin"
    _inherit = "sale.return.protected.mixin"
    _description = "Protected Links to Returns"

    @api.model
    def _is_workflow_field(self, field):
        return field.readonly and field._module == "sale_return_mgmt"

    @api.model
    def _get_return_link_fields(self):
        """Names of the links that Odoo's own copies carry along."""
        return []

    @api.model
    def _is_copied_return_link(self, vals):
        """Whether an existing document justifies the links in ``vals``."""
        return False

    @api.model_create_multi
    def create(self, vals_list):
        names = self._get_return_link_fields()
        if self.env.su or not any(name in vals for vals in vals_list for name in names):
            return super().create(vals_list)
        plain_vals_list, links_list = [], []
        for vals in vals_list:
            links = {name: vals[name] for name in names if vals.get(name)}
            # A link that nothing justifies stays in the values and is refused; the
            # empty ones of Odoo's copies are no link at all.
            if not links or self._is_copied_return_link(vals):
                vals = {key: value for key, value in vals.items() if key not in names}
            else:
                links = {}
            plain_vals_list.append(vals)
            links_list.append(links)
        records = super().create(plain_vals_list)
        for record, links in zip(records, links_list, strict=True):
            if links:
                # sudo: the link was checked above and users may not write it
                record.sudo().write(links)
        return records

    def _filter_together(self, predicate):
        """``filtered`` that keeps what is prefetched together: what is read of the
        records of one line is read for those of all lines in the same query."""
        return self.filtered(predicate).with_prefetch(self._prefetch_ids)
