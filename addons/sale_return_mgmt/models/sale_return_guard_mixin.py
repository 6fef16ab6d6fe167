from odoo import fields, models
from odoo.tools import SQL


class SaleReturnGuardMixin(models.AbstractModel):
    """What two returns may want at once, and only one can have."""

    _name = "sale.return.guard.mixin"
    _inherit = "sale.return.link.mixin"
    _description = "Guarded against Two Returns at Once"

    return_guard = fields.Integer(
        readonly=True,
        copy=False,
        help="Raised by everything that asks for or takes back these goods, so that "
        "two of them at once cannot both succeed.",
    )

    def _bump_return_guard(self):
        """Make concurrent requests on these records fail, so that Odoo replays the
        loser on what the winner wrote.

        Rows are locked in id order, so that nobody deadlocks; the update makes older
        snapshots invalid, which a lock alone does not under REPEATABLE READ.

        :raise LockError: if another transaction is at work on one of the records
        """
        if not self:
            return
        # sudo: the guard is ours, whoever reserves
        records_sudo = self.sudo().sorted("id")
        records_sudo.lock_for_update(allow_referencing=True)
        self.env.execute_query(
            SQL(
                """UPDATE %s
                      SET return_guard = COALESCE(return_guard, 0) + 1
                    WHERE id IN %s RETURNING id""",
                SQL.identifier(self._table),
                tuple(records_sudo.ids),
            )
        )
        records_sudo.invalidate_recordset(["return_guard"])
