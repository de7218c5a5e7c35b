with

product_templates as (

    select * from {{ source('raw_erp_postgres', 'product_templates') }}

),

cleaned as (

    select
        id as product_template_id,
        -- one text per language since Odoo 16, plain before
        case
            when left(trim(name), 1) = '{' then {{ json_text('name', 'en_US') }}
            else {{ blank_to_null('name') }}
        end as name,
        list_price,
        not coalesce(active, false) as is_archived,
        created_at,
        written_at,
        _observed_at
    from product_templates

)

select * from cleaned
