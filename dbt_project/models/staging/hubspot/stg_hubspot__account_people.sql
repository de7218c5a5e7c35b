with

links as (

    select * from {{ ref('stg_hubspot__contact_company_links') }}

),

companies as (

    select * from {{ ref('stg_hubspot__companies') }}
    where not is_deleted

),

-- a contact works at its primary company, whatever others it is linked to
account_people as (

    select
        'hubspot:' || links.company_id as account_key,
        {{ node_id('hubspot', 'contacts', ['links.contact_id']) }} as node_id
    from links
    inner join companies on links.company_id = companies.company_id
    qualify
        links.is_primary
        or not bool_or(links.is_primary) over (partition by links.contact_id)

)

select * from account_people
