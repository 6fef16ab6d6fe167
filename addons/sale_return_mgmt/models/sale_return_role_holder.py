from odoo import api, fields, models
from odoo.tools import SQL

ROLES = ("clerk", "approver", "warehouse", "manager")


class SaleReturnRoleHolder(models.Model):
    """Who holds which role in returns, whether given or implied by another group.

    One row per internal user with a role. Managers of returns read it, who need not be
    allowed to read groups; nobody else does.
    """

    _name = "sale.return.role.holder"
    _description = "Holder of Return Roles"
    _auto = False
    _rec_name = "login"
    _order = "login"
    _depends = {
        "res.groups": ["implied_ids"],
        "res.users": ["active", "group_ids", "login", "share"],
    }

    user_id = fields.Many2one("res.users", readonly=True)
    login = fields.Char(readonly=True)
    is_clerk = fields.Boolean("Clerk", readonly=True)
    is_approver = fields.Boolean("Approver", readonly=True)
    is_warehouse = fields.Boolean("Warehouse Staff", readonly=True)
    is_manager = fields.Boolean("Manager", readonly=True)
    is_conflict = fields.Boolean(
        "Segregation Conflict",
        readonly=True,
        help="Asks for returns and decides on returns, without being a manager.",
    )
    given_by = fields.Char(compute="_compute_given_by")

    @property
    def _table_query(self):
        role_ids = {
            role: self.env["ir.model.data"]._xmlid_to_res_id(
                f"sale_return_mgmt.group_sale_return_{role}"
            )
            for role in ROLES
        }
        return SQL(
            """
            WITH RECURSIVE granting (gid, role) AS (
                SELECT id, id FROM res_groups WHERE id IN %(roles)s
                UNION
                SELECT implied.gid, granting.role
                  FROM res_groups_implied_rel implied
                  JOIN granting ON granting.gid = implied.hid
            ), holder AS (
                SELECT users.id,
                       users.login,
                       bool_or(granting.role = %(clerk)s) AS is_clerk,
                       bool_or(granting.role = %(approver)s) AS is_approver,
                       bool_or(granting.role = %(warehouse)s) AS is_warehouse,
                       bool_or(granting.role = %(manager)s) AS is_manager
                  FROM res_users users
                  JOIN res_groups_users_rel given ON given.uid = users.id
                  JOIN granting ON granting.gid = given.gid
                 WHERE users.active AND NOT users.share
                 GROUP BY users.id
            )
            SELECT *,
                   id AS user_id,
                   is_clerk AND is_approver AND NOT is_manager AS is_conflict
              FROM holder
            """,
            roles=tuple(role_ids.values()),
            **role_ids,
        )

    @api.depends("user_id")
    def _compute_given_by(self):
        """The groups on the user's form that make them clerk or approver."""
        # sudo: managers of returns may not read groups; only names are shown
        env_sudo = self.sudo().env
        roles_sudo = env_sudo["res.groups"].union(
            *(
                env_sudo.ref(f"sale_return_mgmt.group_sale_return_{role}")
                for role in ROLES
            )
        )
        # sudo: as above
        for holder, holder_sudo in zip(self, self.sudo(), strict=True):
            holder.given_by = ", ".join(
                holder_sudo.user_id.group_ids.filtered(
                    lambda group: group.all_implied_ids & roles_sudo
                ).mapped("display_name")
            )

    def action_open_user(self):
        """The user's form, for those who may change what users hold."""
        self.ensure_one()
        self.env["res.users"].check_access("write")
        return self.user_id._get_records_action(name=self.user_id.name)
