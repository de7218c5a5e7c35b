with history as (

    select * from {{ ref('profile_history') }}

),

transitions as (

    select * from {{ ref('profile_transitions') }}

),

movements as (

    select * from {{ ref('mrr_movements') }}

),

paid_periods as (

    select * from {{ ref('int_revenue__paid_periods') }} where customer_id is not null

),

months as (

    select * from {{ ref('int_kpi__periods') }} where grain = 'month'

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

standing as (

    select
        month,
        cast(sum(customers) filter (where to_profile = 'advocate') as bigint) as advocates,
        cast(sum(customers) filter (where to_profile = 'non_committal') as bigint) as non_committal,
        cast(sum(customers) filter (where to_profile = 'negative') as bigint) as negative,
        cast(sum(customers) filter (where to_profile = 'unknown') as bigint) as unknown,
        cast(sum(customers) as bigint) as customers
    from transitions
    group by month

),

-- each spell with what became of it while it was watched
spells as (

    select
        history.customer_id,
        history.profile,
        {{ month_of('history.valid_from') }} as month,
        {{ days_after('history.valid_from', var('profile_watch_days')) }} <= as_of.as_of as is_mature,
        lead(history.profile) over (partition by history.customer_id order by history.valid_from) as next_profile,
        history.dwell_days <= {{ var('profile_watch_days') }} and not history.is_current as ended_in_time
    from history
    cross join as_of

),

begun as (

    select
        month,
        count(*) filter (where profile = 'negative' and is_mature) as turned_negative,
        count(*) filter (where profile = 'negative' and not is_mature) as turned_negative_immature,
        count(*) filter (
            where profile = 'negative' and is_mature and ended_in_time and next_profile in ('non_committal', 'advocate')
        ) as recovered,
        count(*) filter (where profile = 'non_committal' and is_mature) as turned_non_committal,
        count(*) filter (where profile = 'non_committal' and not is_mature) as turned_non_committal_immature,
        count(*) filter (
            where profile = 'non_committal' and is_mature and ended_in_time and next_profile = 'advocate'
        ) as became_advocate
    from spells
    group by month

),

ended as (

    select
        {{ month_of('valid_to') }} as month,
        {{ percentile("case when profile = 'negative' then dwell_days end", 0.5) }} as median_negative_days,
        {{ percentile("case when profile = 'non_committal' then dwell_days end", 0.5) }} as median_non_committal_days,
        {{ percentile("case when profile = 'advocate' then dwell_days end", 0.5) }} as median_advocate_days
    from history
    where not is_current
    group by {{ month_of('valid_to') }}

),

paying as (

    select
        month,
        count(*) filter (where movement = 'reactivation') as won_back,
        count(*) filter (where opening_mrr > 0) as payers_at_start
    from movements
    group by month

),

first_payments as (

    select
        customer_id,
        min(period_start_at) as first_paid_at
    from paid_periods
    group by customer_id

),

-- who has paid before and pays nothing as the month begins
lapsed as (

    select
        months.period_start as month,
        max(paying.won_back) as won_back,
        count(first_payments.customer_id) - coalesce(max(paying.payers_at_start), 0) as lapsed_at_start
    from months
    left join paying on months.period_start = paying.month
    left join first_payments on months.start_at > first_payments.first_paid_at
    group by months.period_start

),

profile_months as (

    select
        months.period_start as month,

        coalesce(standing.customers, 0) as customers,
        coalesce(standing.advocates, 0) as advocates,
        coalesce(standing.non_committal, 0) as non_committal,
        coalesce(standing.negative, 0) as negative,
        coalesce(standing.unknown, 0) as unknown,

        coalesce(begun.turned_negative, 0) as turned_negative,
        coalesce(begun.turned_negative_immature, 0) as turned_negative_immature,
        coalesce(begun.recovered, 0) as recovered,
        {{ percent_of('begun.recovered', 'begun.turned_negative') }} as recovery_rate,
        {{ wilson_low('begun.recovered', 'begun.turned_negative') }} as recovery_rate_low,
        {{ wilson_high('begun.recovered', 'begun.turned_negative') }} as recovery_rate_high,

        coalesce(begun.turned_non_committal, 0) as turned_non_committal,
        coalesce(begun.turned_non_committal_immature, 0) as turned_non_committal_immature,
        coalesce(begun.became_advocate, 0) as became_advocate,
        {{ percent_of('begun.became_advocate', 'begun.turned_non_committal') }} as advocate_conversion_rate,
        {{ wilson_low('begun.became_advocate', 'begun.turned_non_committal') }} as advocate_conversion_rate_low,
        {{ wilson_high('begun.became_advocate', 'begun.turned_non_committal') }} as advocate_conversion_rate_high,

        coalesce(lapsed.lapsed_at_start, 0) as lapsed_at_start,
        coalesce(lapsed.won_back, 0) as won_back,
        {{ percent_of('coalesce(lapsed.won_back, 0)', 'lapsed.lapsed_at_start') }} as win_back_rate,

        ended.median_negative_days,
        ended.median_non_committal_days,
        ended.median_advocate_days,

        months.is_complete
    from months
    left join standing on months.period_start = standing.month
    left join begun on months.period_start = begun.month
    left join ended on months.period_start = ended.month
    left join lapsed on months.period_start = lapsed.month

)

select * from profile_months
