{%- set profiles = ['advocate', 'non_committal', 'negative', 'unknown'] -%}

with history as (

    select * from {{ ref('profile_history') }}

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

profiles as (

    {% for profile in profiles -%}
        select '{{ profile }}' as profile
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- who stood in which profile at the end of each month; of the running month: at as_of
month_ends as (

    select
        history.customer_id,
        months.period_start as month,
        history.profile,
        lag(history.profile) over (partition by history.customer_id order by months.period_start) as profile_before
    from months
    inner join history
        on
            months.closing_at >= history.valid_from
            and (months.closing_at < history.valid_to or history.valid_to is null)

),

first_month as (

    select min(start_at) as start_at
    from months

),

opening_of_the_first as (

    select
        history.customer_id,
        history.profile
    from history
    cross join first_month
    where
        first_month.start_at >= history.valid_from
        and (first_month.start_at < history.valid_to or history.valid_to is null)

),

moved as (

    select
        month_ends.month,
        coalesce(month_ends.profile_before, opening_of_the_first.profile, 'not_yet_known') as from_profile,
        month_ends.profile as to_profile,
        count(*) as customers
    from month_ends
    left join opening_of_the_first
        on
            month_ends.customer_id = opening_of_the_first.customer_id
            and month_ends.profile_before is null
    group by
        month_ends.month,
        coalesce(month_ends.profile_before, opening_of_the_first.profile, 'not_yet_known'),
        month_ends.profile

),

origins as (

    select profile from profiles
    union all
    select 'not_yet_known' as profile

),

cells as (

    select
        months.period_start as month,
        origins.profile as from_profile,
        profiles.profile as to_profile,
        months.is_complete
    from months
    cross join profiles
    cross join origins

),

matrix as (

    select
        cells.month,
        cells.from_profile,
        cells.to_profile,
        coalesce(moved.customers, 0) as customers,
        cast(sum(moved.customers) over (partition by cells.month, cells.from_profile) as bigint) as customers_from,
        cast(sum(moved.customers) over (partition by cells.month, cells.to_profile) as bigint) as customers_to,
        cells.is_complete
    from cells
    left join moved
        on
            cells.month = moved.month
            and cells.from_profile = moved.from_profile
            and cells.to_profile = moved.to_profile

),

profile_transitions as (

    select
        month,
        from_profile,
        to_profile,
        customers,
        coalesce(customers_from, 0) as customers_from,
        {{ percent_of('customers', 'customers_from') }} as percent_of_from,
        coalesce(customers_to, 0) as customers_to,
        is_complete
    from matrix

)

select * from profile_transitions
