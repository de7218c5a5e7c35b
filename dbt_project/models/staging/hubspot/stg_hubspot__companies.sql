with

companies as (

    select * from {{ source('raw_hubspot', 'companies') }}

),

cleaned as (

    select
        id as company_id,

        {{ blank_to_null('name') }} as name,
        lower({{ blank_to_null('domain') }}) as domain,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('country') }} as country,

        coalesce(archived, false) as is_deleted,

        created_at,
        updated_at,
        archived_at,
        _observed_at

    from companies

)

select * from cleaned
