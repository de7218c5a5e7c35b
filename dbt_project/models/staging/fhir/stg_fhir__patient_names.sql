with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

listed as (

    select
        patient_id,
        {{ unnest_json('names') }} as name
    from patients

),

names as (

    select
        patient_id,
        coalesce({{ json_text('name', 'use') }}, 'usual') as name_use,
        {{ blank_to_null(json_text('name', 'given[0]')) }} as given_name,
        {{ blank_to_null(json_text('name', 'family')) }} as family_name,
        {{ blank_to_null(json_text('name', 'text')) }} as full_name,

        coalesce({{ json_text('name', 'use') }}, '') in ('old', 'maiden')
        or {{ json_text('name', 'period.end') }} is not null as is_old

    from listed

),

-- the official name first, then what is used, a nickname and a former name last
ranked as (

    select
        *,
        row_number() over (
            partition by patient_id
            order by
                is_old,
                family_name is null and full_name is null,
                case name_use when 'official' then 1 when 'usual' then 2 when 'nickname' then 4 else 3 end,
                family_name, given_name, full_name
        ) as preference
    from names

)

select * from ranked
