with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

listed as (

    select
        patient_id,
        {{ unnest_json('telecom') }} as contact
    from patients

),

contacts as (

    select
        patient_id,
        {{ json_text('contact', 'system') }} as contact_system,
        coalesce({{ json_text('contact', 'use') }}, '') as contact_use,
        {{ blank_to_null(json_text('contact', 'value')) }} as contact_value,
        {{ try_cast(json_text('contact', 'rank'), 'bigint') }} as contact_rank,

        coalesce({{ json_text('contact', 'use') }}, '') = 'old'
        or {{ json_text('contact', 'period.end') }} is not null as is_old

    from listed

),

-- per kind of contact; a mobile phone is a kind of its own
ranked as (

    select
        *,
        case when contact_system = 'phone' and contact_use = 'mobile' then 'mobile' else contact_system end as contact_kind,
        row_number() over (
            partition by
                patient_id,
                case when contact_system = 'phone' and contact_use = 'mobile' then 'mobile' else contact_system end
            order by coalesce(contact_rank, 99), case contact_use when 'home' then 1 when 'work' then 3 else 2 end, contact_value
        ) as preference
    from contacts
    where contact_value is not null and not is_old

)

select * from ranked
