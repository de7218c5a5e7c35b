{%- set sums = [
    'opening_mrr',
    'new_mrr',
    'reactivation_mrr',
    'expansion_mrr',
    'contraction_mrr',
    'churn_mrr',
    'fx_mrr',
    'closing_mrr',
] -%}

with months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

bridge as (

    select
        months.period_start as month,
        {%- for sum in sums %}
            coalesce(sum(movements.{{ sum }}), 0) as {{ sum }},
        {%- endfor %}
        months.is_complete
    from months
    left join movements on months.period_start = movements.month
    group by months.period_start, months.is_complete

)

select * from bridge
