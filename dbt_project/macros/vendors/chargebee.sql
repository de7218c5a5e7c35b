{#- What Chargebee's invoice lines bill. -#}

{#- Months of the interval a line bills, where item_prices and subscriptions are joined to it. -#}
{% macro chargebee_months() -%}
    {{ months_per_interval(
        'coalesce(item_prices.billing_interval, subscriptions.billing_interval)',
        'coalesce(item_prices.billing_interval_count, subscriptions.billing_interval_count, 1)',
        'invoice_lines.period_start_at', 'invoice_lines.period_end_at'
    ) }}
{%- endmacro %}

{#- Plans and addons for a stretch of time; what is bought once has none. -#}
{% macro chargebee_bills_a_period() -%}
    entity_type in ('plan', 'addon', 'plan_item_price', 'addon_item_price')
    and subscription_id is not null
    and period_end_at > period_start_at
{%- endmacro %}

{#- A line for clearly less than its interval is a proration. -#}
{% macro chargebee_is_whole(days, months) -%} {{ days }} > 0.9 * {{ months }} * 365.25 / 12 {%- endmacro %}
