{#- Where the rows of billing systems end (row_ends.sql). -#}

{% macro row_ends_of_billing() %}
{%- set deleted = {'deleted at the source': 'is_deleted'} %}
{{ return({
    'stripe': {
        'customers': {'people': ['customer_id']},
        'products': {'unread': 'products'},
        'prices': {'serves': 'the interval of billing periods'},
        'subscriptions': {
            'fact': 'subscriptions', 'key': "'stripe:' || subscription_id", 'of': ['customers', 'customer_id'],
            'left_out': {'made in test mode': 'is_test_mode'},
        },
        'invoices': {
            'fact': 'orders, billing_periods',
            'fact_by': "case when billing_reason = 'manual' then 'orders' else 'billing_periods' end",
            'key': "'stripe:' || case when billing_reason = 'manual' then invoice_id else period_line_id end",
            'of': ['customers', 'customer_id'],
            'from': "(select invoices.*, periods.period_line_id from @stg_stripe__invoices as invoices left join (select invoice_id,"
                ~ " min(invoice_line_id) as period_line_id from @stg_stripe__invoice_lines where line_type = 'subscription'"
                ~ " and not is_proration and subscription_id is not null group by invoice_id) as periods"
                ~ " on invoices.invoice_id = periods.invoice_id)",
            'left_out': {
                'deleted at the source': 'is_deleted',
                'made in test mode': 'is_test_mode',
                'void': "coalesce(status = 'void', false)",
                'bills no whole period': "coalesce(billing_reason <> 'manual', true) and period_line_id is null",
            },
        },
        'charges': {'serves': 'the order of refunds'},
        'refunds': {
            'fact': 'orders', 'key': "'stripe:' || invoice_id",
            'from': "(select refunds.*, orders.invoice_id from @stg_stripe__refunds as refunds"
                ~ " left join @stg_stripe__charges as charges on refunds.charge_id = charges.charge_id"
                ~ " left join @stg_stripe__invoices as orders on charges.invoice_id = orders.invoice_id"
                ~ " and orders.billing_reason = 'manual' and not orders.is_deleted)",
            'left_out': {
                'failed, cancelled or pending': "coalesce(status, 'succeeded') <> 'succeeded'",
                'gives back no order': 'invoice_id is null',
            },
        },
        'events': {'serves': 'what changed and was deleted'},
    },
    'chargebee': {
        'customers': {'people': ['customer_id']},
        'item_prices': {'serves': 'the interval of billing periods'},
        'subscriptions': {
            'fact': 'subscriptions', 'key': "'chargebee:' || subscription_id", 'of': ['customers', 'customer_id'],
            'left_out': deleted,
        },
        'invoices': {
            'fact': 'billing_periods', 'key': "'chargebee:' || period_line_id", 'of': ['customers', 'customer_id'],
            'from': chargebee_invoices_with_periods(),
            'left_out': {
                'deleted at the source': 'is_deleted',
                'voided or pending': "status in ('voided', 'pending')",
                'bills no whole period': 'period_line_id is null',
            },
        },
        'credit_notes': {'unread': 'what was credited: a billing period counts as it was billed'},
    },
}) }}
{% endmacro %}


{#- Chargebee's invoices with a line that bills a whole period, by the rule billing periods are made by. -#}
{% macro chargebee_invoices_with_periods() -%}
    (
        select
            invoices.*,
            periods.period_line_id
        from @stg_chargebee__invoices as invoices
        left join (
            select
                invoice_lines.invoice_id,
                min(invoice_lines.invoice_line_id) as period_line_id
            from (select * from @stg_chargebee__invoice_lines where {{ chargebee_bills_a_period() }}) as invoice_lines
            left join @stg_chargebee__item_prices as item_prices on invoice_lines.item_price_id = item_prices.item_price_id
            left join @stg_chargebee__subscriptions as subscriptions on invoice_lines.subscription_id = subscriptions.subscription_id
            where {{ chargebee_is_whole(
                elapsed_minutes('invoice_lines.period_start_at', 'invoice_lines.period_end_at') ~ ' / 1440', chargebee_months()
            ) }}
            group by invoice_lines.invoice_id
        ) as periods on invoices.invoice_id = periods.invoice_id
    )
{%- endmacro %}
