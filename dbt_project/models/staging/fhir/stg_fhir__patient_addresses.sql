with

patients as (

    select * from {{ ref('stg_fhir__patients') }}

),

listed as (

    select
        patient_id,
        {{ unnest_json('addresses') }} as address
    from patients

),

addresses as (

    select
        patient_id,
        coalesce({{ json_text('address', 'use') }}, 'home') as address_use,
        {{ blank_to_null(json_text('address', 'line[0]')) }} as address,
        {{ blank_to_null(json_text('address', 'city')) }} as city,
        {{ blank_to_null(json_text('address', 'postalCode')) }} as postal_code,
        {{ blank_to_null(json_text('address', 'country')) }} as country,

        coalesce({{ json_text('address', 'use') }}, '') = 'old'
        or {{ json_text('address', 'period.end') }} is not null as is_old

    from listed

),

ranked as (

    select
        *,
        row_number() over (
            partition by patient_id
            order by
                is_old,
                case address_use when 'home' then 1 when 'temp' then 3 else 2 end,
                postal_code, city, address
        ) as preference
    from addresses

)

select * from ranked
