with

encounters as (

    {{ rows_of('encounter_models') }}

),

members as (

    select * from {{ ref('int_customer_360__members') }}

),

with_customer as (

    select
        encounters.encounter_id,
        members.customer_id,
        encounters.source,

        encounters.kind,
        encounters.status,
        encounters.service,
        encounters.is_inpatient,
        encounters.is_planned,
        encounters.discharge_code,

        encounters.starts_at,
        encounters.ends_at

    from encounters
    left join members on encounters.node_id = members.node_id

)

select * from with_customer
