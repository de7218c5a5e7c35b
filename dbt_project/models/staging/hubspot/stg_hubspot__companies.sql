with

companies as (

    select * from {{ source('raw_hubspot', 'companies') }}

),

listed_keys as (

    select * from {{ source('raw_hubspot', 'companies_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_hubspot', 'companies') }}

),

cleaned as (

    select
        companies.id as company_id,

        {{ blank_to_null('name') }} as name,
        lower({{ blank_to_null('domain') }}) as domain,
        {{ blank_to_null('phone') }} as phone,
        {{ blank_to_null('industry') }} as industry,
        {{ blank_to_null('city') }} as city,
        {{ blank_to_null('country') }} as country,

        coalesce(companies.archived, false)
        or {{ is_missing_from_listing(
            'companies._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        created_at,
        updated_at,
        archived_at,
        companies._observed_at

    from companies
    left join listed_keys on companies.id = listed_keys.id
    cross join newest_listing

)

select * from cleaned
