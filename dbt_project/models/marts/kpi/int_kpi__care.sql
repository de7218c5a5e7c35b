{%- set return_days = 30 -%}

with stays as (

    select
        *,
        {{ local_date('starts_at') }} as admitted_on,
        {{ local_date('ends_at') }} as discharged_on
    from {{ ref('fct_encounters') }}
    where
        is_inpatient
        and customer_id is not null
        and starts_at is not null
        and (ends_at is null or ends_at >= starts_at)

),

customers as (

    select * from {{ ref('dim_customers') }}

),

exclusions as (

    select * from {{ ref('readmission_exclusions') }}

),

as_of as (

    select * from {{ ref('int_kpi__as_of') }}

),

-- of stays that overlap nobody can tell which one was come back from; of one without its codes, whether it was planned
compared as (

    select
        *,
        is_planned is not null
        and (ends_at is null or discharge_code is not null)
        and not coalesce(
            max(ends_at) over (
                partition by customer_id order by starts_at, encounter_id
                rows between unbounded preceding and 1 preceding
            ) > starts_at, false
        )
        and not coalesce(
            lead(starts_at) over (partition by customer_id order by starts_at, encounter_id) < ends_at, false
        ) as is_sound
    from stays

),

counted as (

    select
        'standard' as variant,
        *
    from compared
    where is_sound
    union all
    select
        'crude' as variant,
        *
    from compared

),

followed as (

    select
        variant,
        customer_id,
        discharged_on,
        discharge_code,
        {{ word_of('service') }} as service,
        {{ days_between('discharged_on', 'lead(admitted_on) over next_one') }} <= {{ return_days }} as is_followed,
        lead(is_planned) over next_one as is_followed_as_planned
    from counted
    window next_one as (partition by variant, customer_id order by starts_at, encounter_id)

),

index_stays as (

    select
        followed.variant,
        followed.discharged_on,
        customers.country_code,
        {{ day_plus('followed.discharged_on', return_days) }} < as_of.as_of_on as is_mature,
        coalesce(followed.is_followed, false)
        and (followed.variant = 'crude' or not followed.is_followed_as_planned) as is_readmitted
    from followed
    cross join as_of
    left join customers on followed.customer_id = customers.customer_id
    left join exclusions as ended on ended.told_by = 'discharge' and followed.discharge_code = ended.code
    left join exclusions as treated on treated.told_by = 'service' and followed.service = treated.code
    where
        followed.discharged_on is not null
        and (followed.variant = 'crude' or (ended.code is null and treated.code is null))

),

events as (

    select
        'readmission_rate' as kpi_id,
        variant,
        discharged_on as on_day,
        country_code,
        case when is_mature and is_readmitted then 1 else 0 end as numerator,
        case when is_mature then 1 else 0 end as denominator,
        case when is_mature then 0 else 1 end as immature
    from index_stays

),

{{ tallies_of('events', ['country_code']) }},

{{ measures_of(['readmission_rate']) }}

select * from measures
