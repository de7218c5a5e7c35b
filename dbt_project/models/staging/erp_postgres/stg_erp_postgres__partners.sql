with

partners as (

    select * from {{ source('raw_erp_postgres', 'partners') }}

),

listed_keys as (

    select * from {{ source('raw_erp_postgres', 'partners_keys') }}

),

newest_listing as (

    {{ newest_listing('raw_erp_postgres', 'partners') }}

),

cleaned as (

    select
        partners.id as partner_id,
        partners.parent_id,
        {{ blank_to_null('partners.ref') }} as reference,
        coalesce(partners.type, 'contact') as partner_type,

        {{ blank_to_null('partners.name') }} as name,
        {{ blank_to_null('partners.email') }} as email,
        {{ blank_to_null('partners.phone') }} as phone,
        {{ blank_to_null('partners.mobile') }} as mobile_phone,
        {{ blank_to_null('partners.street') }} as address,
        {{ blank_to_null('partners.city') }} as city,
        {{ blank_to_null('partners.zip') }} as postal_code,
        partners.country_id,
        {{ blank_to_null('partners.website') }} as website,
        {{ blank_to_null('partners.vat') }} as vat_number,

        coalesce(partners.is_company, false) as is_company,
        not coalesce(partners.active, false) as is_archived,
        {{ is_missing_from_listing(
            'partners._observed_at', 'listed_keys._observed_at', 'newest_listing.listed_at'
        ) }} as is_deleted,

        partners.created_at,
        partners.written_at,
        partners._observed_at

    from partners
    left join listed_keys on cast(partners.id as {{ dbt.type_string() }}) = listed_keys.id
    cross join newest_listing

)

select * from cleaned
