{#-
    What customers were worth in a year, at moments: twelve times their MRR then, and their paid orders of the 365 days
    before less refunds; minor units of the reporting currency. `moments` is a CTE with customer_id and moment_at; the
    model has CTEs orders, paid_periods and rates. No row where a customer brought nothing.
-#}
{% macro yearly_values(moments) -%}
    select
        customer_id,
        moment_at,
        sum(amount) as yearly_value
    from (
        select
            moments.customer_id,
            moments.moment_at,
            12 * paid_periods.mrr_minor * rates.minor_to_reporting_minor as amount
        from {{ moments }} as moments
        inner join paid_periods
            on
                moments.customer_id = paid_periods.customer_id
                and moments.moment_at >= paid_periods.period_start_at
                and moments.moment_at < paid_periods.period_end_at
        left join rates
            on
                paid_periods.currency_code = rates.currency_code
                and {{ month_of('moments.moment_at') }} = rates.rate_month
        union all
        select
            moments.customer_id,
            moments.moment_at,
            orders.net_amount_reporting - coalesce(orders.refunded_reporting, 0) as amount
        from {{ moments }} as moments
        inner join orders
            on
                moments.customer_id = orders.customer_id
                and moments.moment_at >= orders.ordered_at
                and moments.moment_at < {{ plus_days('orders.ordered_at', 365) }}
        where orders.status = 'paid' and not orders.is_test
    ) as amounts
    group by customer_id, moment_at
{%- endmacro %}
