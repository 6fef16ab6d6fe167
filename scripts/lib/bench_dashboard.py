"""What the dashboard tells of a period, asked in plain SQL of the base tables.

No rule of access, no unit, no currency and no way in which Odoo alone takes goods back:
the least that somebody would write who wants the same figures. ``first`` and ``last``
are the days of the period, ``before`` is the first day of the one before it and
``since`` that of the first month of sales whose returns are followed.
"""

MOVED = """
    FROM stock_move move
    JOIN stock_location source ON source.id = move.location_id
    JOIN stock_location target ON target.id = move.location_dest_id
    LEFT JOIN sale_order_line sold ON sold.id = move.sale_line_id
    WHERE move.state = 'done'
    AND (source.usage = 'customer') != (target.usage = 'customer')
"""
LINES = """
    FROM sale_return_order_line line
    JOIN sale_return_order return_order ON return_order.id = line.order_id
"""
IN_PERIOD = """
    WHERE return_order.state IN ('approved', 'done')
    AND return_order.date_request BETWEEN %(first)s AND %(last)s
"""
IN_BOTH = IN_PERIOD.replace("%(first)s", "%(before)s")
SINCE_BEFORE = "AND move.date >= %(before)s AND move.date < %(last)s::date + 1"
BACK, AWAY = "source.usage = 'customer'", "target.usage = 'customer'"

QUERIES = [
    # The rates, over time and by product, now and before.
    f"""
    SELECT move.date::date, move.product_id,
        SUM(move.quantity) FILTER (WHERE {BACK}),
        SUM(move.quantity) FILTER (WHERE {AWAY})
    {MOVED} {SINCE_BEFORE} GROUP BY 1, 2
    """,
    f"""
    SELECT move.date >= %(first)s,
        COUNT(DISTINCT sold.order_id) FILTER (WHERE {BACK}),
        COUNT(DISTINCT sold.order_id) FILTER (WHERE {AWAY})
    {MOVED} {SINCE_BEFORE} GROUP BY 1
    """,
    """
    SELECT entry.invoice_date >= %(first)s, entry.move_type, SUM(item.balance)
    FROM account_move_line item
    JOIN account_move entry ON entry.id = item.move_id
    WHERE entry.state = 'posted' AND item.display_type = 'product'
    AND entry.move_type IN ('out_invoice', 'out_refund')
    AND entry.invoice_date BETWEEN %(before)s AND %(last)s
    GROUP BY 1, 2
    """,
    # What was sold in each month, and what of it came back at each age.
    f"""
    SELECT date_trunc('month', move.date), SUM(move.quantity)
    {MOVED} AND {AWAY} AND move.date >= %(since)s GROUP BY 1
    """,
    """
    SELECT date_trunc('month', origin.date),
        SUM(move.quantity) FILTER (WHERE move.date <= origin.date + INTERVAL '30 days'),
        SUM(move.quantity) FILTER (WHERE move.date <= origin.date + INTERVAL '60 days'),
        SUM(move.quantity) FILTER (WHERE move.date <= origin.date + INTERVAL '90 days')
    FROM stock_move move
    JOIN stock_move origin ON origin.id = move.origin_returned_move_id
    JOIN stock_location source ON source.id = move.location_id
    WHERE move.state = 'done' AND source.usage = 'customer'
    AND origin.date >= %(since)s AND move.date >= %(since)s
    GROUP BY 1
    """,
    # Why, who, whose, and what became of it.
    f"""
    SELECT line.reason_id, SUM(line.quantity_received)
    {LINES} {IN_PERIOD} GROUP BY 1
    """,
    f"""
    SELECT return_order.partner_id, SUM(line.quantity_received)
    {LINES} {IN_PERIOD} GROUP BY 1
    """,
    f"""
    SELECT seller.partner_id, SUM(line.quantity_received)
    {LINES}
    JOIN product_product product ON product.id = line.product_id
    JOIN product_supplierinfo seller
        ON seller.product_tmpl_id = product.product_tmpl_id
    {IN_PERIOD} GROUP BY 1
    """,
    f"""
    SELECT found.disposition_id, SUM(found.quantity)
    {LINES} JOIN sale_return_inspection found ON found.line_id = line.id
    {IN_PERIOD} GROUP BY 1
    """,
    # What it cost, now and before.
    f"""
    SELECT return_order.date_request,
        SUM(item.balance) FILTER (WHERE item.is_return_fee IS NOT TRUE),
        SUM(item.balance) FILTER (WHERE item.is_return_fee)
    {LINES} JOIN account_move_line item ON item.return_line_id = line.id
    {IN_BOTH} AND item.parent_state = 'posted' AND item.display_type = 'product'
    GROUP BY 1
    """,
    f"""
    SELECT return_order.date_request, SUM(move.value)
    {LINES} JOIN stock_move move ON move.return_line_id = line.id
    {IN_BOTH} AND move.state = 'done' GROUP BY 1
    """,
    f"""
    SELECT return_order.date_request,
        SUM(found.quantity * move.value / NULLIF(move.quantity, 0)
            * disposition.recovery_percent / 100)
    {LINES}
    JOIN stock_move move ON move.return_line_id = line.id
    JOIN sale_return_inspection found ON found.line_id = line.id
    JOIN sale_return_disposition disposition
        ON disposition.id = found.disposition_id
    {IN_BOTH} AND move.state = 'done' GROUP BY 1
    """,
    f"""
    SELECT return_order.date_request, SUM(cost.amount)
    FROM sale_return_cost cost
    JOIN sale_return_order return_order ON return_order.id = cost.order_id
    {IN_BOTH} GROUP BY 1
    """,
    # How long it took, and what waits.
    f"""
    SELECT
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY EXTRACT(
            EPOCH FROM return_order.date_approved - return_order.date_submitted)),
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY EXTRACT(
            EPOCH FROM return_order.date_received - return_order.date_approved)),
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY EXTRACT(
            EPOCH FROM (SELECT MAX(found.date) FROM sale_return_inspection found
                WHERE found.order_id = return_order.id) - return_order.date_received)),
        percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY
            (return_order.date_refunded - return_order.date_received::date)::float)
    FROM sale_return_order return_order {IN_PERIOD}
    """,
    """
    SELECT
        COUNT(*) FILTER (WHERE state = 'submitted'),
        COUNT(*) FILTER (WHERE receipt_status IN ('pending', 'partial')),
        COUNT(*) FILTER (WHERE inspection_status IN ('pending', 'partial')),
        COUNT(*) FILTER (WHERE refund_status IN ('to_refund', 'partial'))
    FROM sale_return_order WHERE state IN ('submitted', 'approved')
    """,
]
