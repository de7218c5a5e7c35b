-- Each month's transitions are all customers known by its end, each once; where a month ends the next begins.
with transitions as (

    select * from {{ ref('profile_transitions') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

history as (

    select * from {{ ref('profile_history') }}

),

known as (

    select
        months.period_start as month,
        count(distinct history.customer_id) as customers
    from months
    inner join history on months.closing_at >= history.valid_from
    group by months.period_start

),

moved as (

    select
        month,
        sum(customers) as customers
    from transitions
    group by month

),

ends as (

    select distinct
        cast({{ dbt.dateadd('month', 1, 'month') }} as date) as month,
        to_profile as profile,
        customers_to as customers
    from transitions

),

starts as (

    select distinct
        month,
        from_profile as profile,
        customers_from as customers
    from transitions

)

select
    moved.month,
    'transitions and customers differ' as broken_rule
from moved
left join known on moved.month = known.month
where moved.customers <> coalesce(known.customers, 0)
union all
select
    starts.month,
    'a month begins otherwise than the last one ended' as broken_rule
from starts
inner join ends on starts.month = ends.month and starts.profile = ends.profile
where starts.customers <> ends.customers
