{%- set order_by = 'moments.moment_at, moments.signal_no nulls first' -%}

with signals as (

    select * from {{ ref('int_profiles__signals') }}

),

customers as (

    select * from {{ ref('dim_customers') }} where not is_test

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

first_signals as (

    select
        customer_id,
        min(said_at) as said_at
    from signals
    group by customer_id

),

-- the first trace, each thing said, and each time something ceases to count
moments as (

    select
        customers.customer_id,
        least(customers.first_seen_at, first_signals.said_at, as_of.as_of) as moment_at,
        cast(null as bigint) as signal_no
    from customers
    cross join as_of
    left join first_signals on customers.customer_id = first_signals.customer_id
    union all
    select
        customer_id,
        said_at as moment_at,
        signal_no
    from signals
    union all
    select
        signals.customer_id,
        signals.holds_until as moment_at,
        cast(null as bigint) as signal_no
    from signals
    cross join as_of
    where signals.holds_until <= as_of.as_of

),

newest_so_far as (

    select
        moments.customer_id,
        moments.moment_at,
        row_number() over (partition by moments.customer_id, moments.moment_at order by moments.signal_no desc nulls last) as lateness,
        {{ last_known('moments.signal_no', 'moments.customer_id', order_by) }} as newest_no,
        {{ last_known('case when signals.vote <> 0 then moments.signal_no end', 'moments.customer_id', order_by) }}
            as opinion_no,
        {{ last_known(
            "case when signals.recommends in ('asked_yes', 'asked_no') then moments.signal_no end",
            'moments.customer_id', order_by
        ) }} as asked_no,
        {{ last_known(
            "case when signals.recommends = 'in_public' then moments.signal_no end", 'moments.customer_id', order_by
        ) }} as praise_no
    from moments
    left join signals on moments.customer_id = signals.customer_id and moments.signal_no = signals.signal_no

),

-- what still counts at the moment: the newest of a kind decides alone, nothing older steps in once it has ceased to count
heard as (

    select
        newest_so_far.customer_id,
        newest_so_far.moment_at,
        newest.signal_no as newest_no,
        opinion.signal_no as opinion_no,
        opinion.vote as opinion,
        asked.signal_no as asked_no,
        asked.recommends as asked,
        praise.signal_no as praise_no
    from newest_so_far
    {% for kind in ['newest', 'opinion', 'asked', 'praise'] -%}
        left join signals as {{ kind }}
            on
                newest_so_far.customer_id = {{ kind }}.customer_id
                and newest_so_far.{{ kind }}_no = {{ kind }}.signal_no
                and newest_so_far.moment_at < {{ kind }}.holds_until
    {% endfor -%}
    where newest_so_far.lateness = 1

),

judged as (

    select
        customer_id,
        moment_at,
        case
            when opinion = -1 then 'negative'
            when opinion = 1 and asked = 'asked_yes' then 'advocate'
            when opinion = 1 and asked is null and praise_no is not null then 'advocate'
            when newest_no is not null then 'non_committal'
            else 'unknown'
        end as profile,
        case
            when opinion = 1 and asked = 'asked_yes' then asked_no
            when opinion = 1 and asked is null and praise_no is not null then praise_no
            else coalesce(opinion_no, newest_no)
        end as deciding_no
    from heard

),

changes as (

    select
        *,
        lag(profile) over (partition by customer_id order by moment_at) as previous_profile
    from judged

),

spells as (

    select
        customer_id,
        row_number() over (partition by customer_id order by moment_at) as spell_no,
        profile,
        previous_profile,
        deciding_no,
        moment_at as valid_from,
        lead(moment_at) over (partition by customer_id order by moment_at) as valid_to
    from changes
    where previous_profile is null or profile <> previous_profile

),

profile_history as (

    select
        spells.customer_id,
        spells.spell_no,
        spells.profile,
        spells.previous_profile,
        case
            when signals.reason_code is not null then signals.reason_code
            when spells.spell_no = 1 then 'nothing_said'
            else 'silent'
        end as reason_code,
        case
            when signals.reason is not null then signals.reason
            when spells.spell_no = 1 then 'has said nothing yet'
            else 'has said nothing that still counts'
        end as reason,
        signals.reference,
        signals.rules_version,
        {{ elapsed_minutes('spells.valid_from', 'coalesce(spells.valid_to, as_of.as_of)') }} / 1440 as dwell_days,
        spells.valid_to is null as is_current,
        spells.valid_from,
        spells.valid_to
    from spells
    cross join as_of
    left join signals on spells.customer_id = signals.customer_id and spells.deciding_no = signals.signal_no

)

select * from profile_history
